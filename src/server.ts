import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { fetchSigningKeys } from './auth/signing-keys.ts';
import { createTokenVerifier } from './auth/token-verifier.ts';
import { loadConfig } from './config.ts';
import { connectKeycloak } from './keycloak/connect.ts';
import { createAuditLog } from './observability/audit.ts';
import { createLogger } from './observability/logger.ts';

const callTimeoutMs = 3_000;
const graceMs = 12_000;

const config = readConfig();
const logger = createLogger(config, process.stdout.isTTY);
const { internalUrl, realm } = config.keycloak;

const keycloak = connectKeycloak({ ...config.keycloak, callTimeoutMs }, (error) =>
  logger.warn({ err: error }, 'not ready'),
);
const signingKeys = fetchSigningKeys(
  new URL(`${internalUrl}/realms/${encodeURIComponent(realm)}/protocol/openid-connect/certs`),
  callTimeoutMs,
  (error) => logger.warn({ err: error }, 'the signing keys were not refreshed'),
);
const app = await buildApp({
  connectGateway: keycloak.connectGateway,
  checkReadiness: keycloak.checkReadiness,
  verifyToken: createTokenVerifier({ issuer: config.keycloak.issuer, keys: signingKeys.keys }),
  logger,
  publicUrl: config.publicUrl,
  issuer: config.keycloak.issuer,
  maxAccountsPerTenant: config.maxAccountsPerTenant,
  auditLog: createAuditLog(config.auditFile),
  trustedProxies: config.trustedProxies,
  rateLimits: config.rateLimits,
  corsOrigins: config.corsOrigins,
  showDocumentation: config.showDocumentation,
});

closeWithGrace({ delay: graceMs, logger }, async ({ signal, err }) => {
  if (err) logger.error({ err }, 'closing after an error');
  else logger.info({ signal }, 'closing');
  await app.close();
  signingKeys.close();
  await keycloak.close();
});

await app.listen({ host: config.host, port: config.port });

function readConfig() {
  try {
    return loadConfig(process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
