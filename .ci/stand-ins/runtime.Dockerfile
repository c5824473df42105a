# Distroless: the C and C++ libraries, certificates and a user; no shell and no package manager.
FROM debian:trixie-slim AS packages
RUN mkdir /root-fs && dpkg -L base-files ca-certificates libc6 libgcc-s1 libssl3t64 libstdc++6 netbase tzdata zlib1g \
    | while read -r path; do if [ ! -d "$path" ] || [ -L "$path" ]; then echo "$path"; fi; done \
    | tar -C / -c -T - | tar -C /root-fs -x \
  && for link in bin lib lib64 sbin; do ln -sfn "usr/$link" "/root-fs/$link"; done \
  && mkdir -p /root-fs/etc/ssl/certs /root-fs/home/nonroot \
  && cp /etc/ssl/certs/ca-certificates.crt /root-fs/etc/ssl/certs/ \
  && printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >/root-fs/etc/passwd \
  && printf 'root:x:0:\nnonroot:x:65532:\n' >/root-fs/etc/group \
  && install -d -m 1777 /root-fs/tmp && chown 65532:65532 /root-fs/home/nonroot

FROM scratch
COPY --from=packages /root-fs /
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532
