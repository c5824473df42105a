FROM debian:trixie-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends openjdk-21-jre-headless >/dev/null \
  && rm -rf /var/lib/apt/lists/* && useradd --uid 1000 --gid 0 --home-dir /opt/keycloak keycloak
ARG VERSION
COPY --chown=1000:0 keycloak-${VERSION} /opt/keycloak
ENV KC_RUN_IN_CONTAINER=true
USER 1000
EXPOSE 8080 8443 9000
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
