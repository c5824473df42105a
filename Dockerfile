FROM node:24.21.0-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are Node itself, for developers' machines. Types and source maps are for developers too.
RUN npm ci --omit=dev --omit=optional \
  && npm sbom --package-lock-only --omit=dev --omit=optional --sbom-format=cyclonedx >sbom.json \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.?ts' -o -name '*.map' \) -delete \
  && rm -r .npmrc package-lock.json node_modules/.bin node_modules/.package-lock.json
# The settings page; what builds it stays behind.
COPY web/package.json web/package-lock.json web/.npmrc web/
RUN npm ci --prefix web --include=dev
COPY tsconfig.json ./
COPY packages/client/src packages/client/src
COPY web web
RUN cd web && node node_modules/vite/bin/vite.js build \
  && mv dist/page /tmp/page && cd .. && rm -r web packages tsconfig.json \
  && mkdir -p web/dist && mv /tmp/page web/dist/page
COPY keycloak/permissions.json keycloak/
COPY LICENSE ./
COPY src src

# The libraries that Node links to, certificates and a user: no shell, no package manager.
FROM gcr.io/distroless/cc-debian13:nonroot
LABEL org.opencontainers.image.title="Orki service accounts" \
  org.opencontainers.image.description="Service accounts for Orki: real Keycloak clients, Keycloak as the only store" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name="gcr.io/distroless/cc-debian13:nonroot"
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app /app
WORKDIR /app
ENV HOST=0.0.0.0
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["/usr/local/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/node"]
CMD ["src/server.ts"]
