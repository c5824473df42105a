import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { fetchSigningKeys } from './auth/signing-keys.ts';
import { createTokenVerifier } from './auth/token-verifier.ts';
import { loadConfig } from './config.ts';
import { gracefulClose } from './http/close-gracefully.ts';
import { connectKeycloak } from './keycloak/connect.ts';
import { handleReport, type ReportedSecret } from './leaks/handle-report.ts';
import { createLogger } from './observability/logger.ts';
import { createTelemetry, publishMetrics } from './observability/telemetry.ts';
import { auditedActions, createAuditLog } from './service-accounts/audit.ts';
import { warningDays } from './service-accounts/secret-expiry.ts';
import { callTimeoutMs, requestWorkMs, shutdownMs } from './time-limits.ts';
import { expiryWatch } from './upkeep/expiry-watch.ts';
import { scheduleSweeps } from './upkeep/sweep-schedule.ts';
import { webhookSender } from './upkeep/webhook.ts';

// By itself V8 lets the heap grow to four times what is alive before it collects it. Up to twice it, a replica held 350 MB under 32
// callers, and 390 to 480 before.
setFlagsFromString('--heap-growing-percent=100');

/** A page asks for several things at once, and an integration again and again, with the same token. */
const tokenRememberedMs = 60_000;

const config = readConfig();
const logger = createLogger(config, process.stdout.isTTY);
const { internalUrl, realm } = config.keycloak;

const { metrics, tracing, observeKeycloak } = await createTelemetry(
  config.telemetry,
  internalUrl,
  auditedActions,
  warningDays,
);
const keycloak = connectKeycloak(
  { ...config.keycloak, callTimeoutMs },
  (error) => logger.warn({ err: error }, 'not ready'),
  observeKeycloak,
);
const signingKeys = fetchSigningKeys(
  new URL(`${internalUrl}/realms/${encodeURIComponent(realm)}/protocol/openid-connect/certs`),
  callTimeoutMs,
  (error) => logger.warn({ err: error }, 'the signing keys were not refreshed'),
  observeKeycloak,
);
const auditLog = createAuditLog(config.auditFile);
const send = config.webhook && webhookSender(config.webhook);
const { leaks: leakSettings } = config;
const leaks = leakSettings && {
  keys: leakSettings.keys,
  handle: (reported: readonly ReportedSecret[]) =>
    handleReport(
      {
        action: leakSettings.action,
        accounts: keycloak.sweepTargets.accounts,
        connect: () => keycloak.connectGateway({ signal: AbortSignal.timeout(requestWorkMs) }),
        auditLog,
        send,
        onFailure: (error) => logger.warn({ err: error }, 'a report of leaked secrets was not carried out'),
      },
      reported,
    ),
};
const app = await buildApp({
  connectGateway: keycloak.connectGateway,
  checkReadiness: keycloak.checkReadiness,
  verifyToken: createTokenVerifier({
    issuer: config.keycloak.issuer,
    keys: signingKeys.keys,
    rememberedForMs: tokenRememberedMs,
  }),
  logger,
  publicUrl: config.publicUrl,
  issuer: config.keycloak.issuer,
  maxAccountsPerTenant: config.maxAccountsPerTenant,
  maxSecretLifetimeDays: config.maxSecretLifetimeDays,
  auditLog,
  leaks,
  trustedProxies: config.trustedProxies,
  rateLimits: config.rateLimits,
  corsOrigins: config.corsOrigins,
  showDocumentation: config.showDocumentation,
  settingsPage: findSettingsPage(),
  metrics,
  tracing,
});

const publishedMetrics =
  metrics &&
  config.telemetry.metrics &&
  (await publishMetrics(metrics, config.telemetry.metrics, keycloak.countAccounts, (error) =>
    logger.warn({ err: error }, 'the accounts were not counted'),
  ));

const watch = expiryWatch(auditLog, metrics, send);
const sweeps =
  config.sweepIntervalMs > 0 ? scheduleSweeps(keycloak, config.sweepIntervalMs, logger, watch) : undefined;

const close = gracefulClose(app);
closeWithGrace({ delay: shutdownMs, logger }, async ({ signal, err }) => {
  if (err) logger.error({ err }, 'closing after an error');
  else logger.info({ signal }, 'closing');
  await Promise.all([close(), sweeps?.close()]);
  signingKeys.close();
  await publishedMetrics?.close();
  await keycloak.close();
  await tracing?.close();
});

await app.listen({ host: config.host, port: config.port });
if (publishedMetrics) logger.info(`Metrics at ${publishedMetrics.url}`);

function readConfig() {
  try {
    return loadConfig(process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** The built settings page. A checkout in which it is not built serves everything else. */
function findSettingsPage() {
  const { isServed, tenantApiUrl } = config.settingsPage;
  const folder = join(import.meta.dirname, '..', 'web', 'dist', 'page');
  if (!isServed) return undefined;
  if (existsSync(join(folder, 'index.html'))) return { folder, tenantApiUrl };
  logger.warn(`The settings page is not served, because it is not built (npm run page): ${folder}`);
  return undefined;
}
