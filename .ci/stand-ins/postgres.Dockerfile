FROM debian:trixie-slim
ARG MAJOR
RUN groupadd --gid 999 postgres && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql postgres \
  && apt-get update -qq && apt-get install -y -qq --no-install-recommends libnss-wrapper "postgresql-${MAJOR}" >/dev/null \
  && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/*
ENV PATH=$PATH:/usr/lib/postgresql/${MAJOR}/bin PGDATA=/var/lib/postgresql/data LANG=C.UTF-8
# As in the public image, whoever the container runs as may write here.
RUN install -d -o postgres -g postgres -m 3777 /var/run/postgresql && install -d -o postgres -g postgres -m 1777 "$PGDATA"
VOLUME /var/lib/postgresql/data
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
