import { z } from 'zod';
import { readFileVariables } from './file-variables.ts';
import type { RateLimits } from './http/rate-limit.ts';
import type { ClientCredential } from './keycloak/calls/client-authentication.ts';
import { readPrivateKey } from './keycloak/calls/client-keys.ts';
import { names } from './names.ts';
import type { TelemetrySettings } from './observability/telemetry.ts';
import { isWebhookSecret, type WebhookSettings } from './upkeep/webhook.ts';

const url = z
  .url({ protocol: /^https?$/, error: 'has to be an http or https URL' })
  .transform((value) => value.replace(/\/+$/, ''));
const origin = z
  .string()
  .refine(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    'has to be an origin, such as https://app.orki.ai',
  );
const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1);

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));
const addresses = list.pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])));

/** Every setting of the service, by the name of its environment variable. */
export const settings = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: port.default(3000).describe('Port to listen on'),
  PUBLIC_URL: url
    .default('http://127.0.0.1:3000')
    .describe('The service as the world sees it, with its path if it lies behind one: Location, OpenAPI'),
  KEYCLOAK_URL: url
    .default('http://127.0.0.1:8080')
    .describe('Keycloak as the world sees it: the issuer of tokens, `tokenUrl`'),
  KEYCLOAK_INTERNAL_URL: url
    .optional()
    .describe('Keycloak as the service reaches it, if not by KEYCLOAK_URL: Admin API, signing keys'),
  KEYCLOAK_REALM: z.string().min(1).default('orki').describe('The realm'),
  KEYCLOAK_CLIENT_ID: z.string().min(1).default(names.serviceClient).describe("The service's own client"),
  KEYCLOAK_CLIENT_KEY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe("A file that holds the private key of the service's own client (P-256, PEM)"),
  KEYCLOAK_CLIENT_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe("The secret of the service's own client, where it has no key"),
  KEYCLOAK_CLIENT_SECRET_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A file that holds the secret, instead of KEYCLOAK_CLIENT_SECRET'),
  MAX_ACCOUNTS_PER_TENANT: count.default(500).describe('Service accounts that a tenant may have'),
  MAX_SECRET_LIFETIME_DAYS: count
    .max(3650)
    .optional()
    .describe('Days that a secret may live; then each has an end. By default any number, or none'),
  RATE_LIMIT_PER_CALLER: count
    .default(600)
    .describe('Requests that a caller may make in a minute, on each replica'),
  RATE_LIMIT_PER_TENANT: count
    .default(3000)
    .describe('Requests that the callers of a tenant may make in a minute, on each replica'),
  SWEEP_INTERVAL_MINUTES: z.coerce
    .number()
    .min(0)
    .default(15)
    .describe('How often what a crash left behind is cleared away, give or take a quarter; 0 for never'),
  WEBHOOK_URL: url
    .optional()
    .describe('Where warnings that a secret ends soon are sent (Standard Webhooks); nowhere by default'),
  WEBHOOK_SECRET: z
    .string()
    .refine(isWebhookSecret, 'has to be whsec_ and at least 24 bytes in base64')
    .optional()
    .describe('The key that they are signed with: whsec_ and base64'),
  WEBHOOK_SECRET_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A file that holds it, instead of WEBHOOK_SECRET'),
  CORS_ORIGINS: list
    .pipe(z.array(origin))
    .optional()
    .describe('Origins whose pages may call the API from a browser, a comma between two; none by default'),
  SWAGGER: z.enum(['on', 'off']).default('on').describe('Whether /swagger is served'),
  TRUSTED_PROXIES: addresses
    .optional()
    .describe('Addresses or networks of proxies whose X-Forwarded-For is believed, a comma between two'),
  AUDIT_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('Where the audit log goes; to standard output by default, each line with `"log":"audit"`'),
  METRICS_PORT: port.optional().describe('Port on which Prometheus gets /metrics; none by default'),
  METRICS_HOST: z.string().default('127.0.0.1').describe('Address on which it does'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url
    .optional()
    .describe('Where traces go (OTLP over HTTP, such as http://collector:4318); nowhere by default'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('The least level that is logged'),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly keycloak: {
    /** The realm as the world sees it: the `iss` of every token. */
    readonly issuer: string;
    readonly internalUrl: string;
    readonly realm: string;
    readonly clientId: string;
    readonly credential: ClientCredential;
  };
  readonly maxAccountsPerTenant: number;
  readonly maxSecretLifetimeDays: number | undefined;
  /** 0 for never. */
  readonly sweepIntervalMs: number;
  readonly webhook: WebhookSettings | undefined;
  readonly trustedProxies: readonly string[];
  readonly auditFile: string | undefined;
  readonly rateLimits: RateLimits;
  readonly corsOrigins: readonly string[];
  readonly showDocumentation: boolean;
  readonly telemetry: TelemetrySettings;
  readonly logLevel: z.infer<typeof settings>['LOG_LEVEL'];
}

/**
 * Reads the configuration from environment variables; an empty variable counts as absent.
 * @throws {Error} naming every variable that is missing or wrong, never its value.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { env: given, faults } = readFileVariables(env, [
    'KEYCLOAK_CLIENT_KEY',
    'KEYCLOAK_CLIENT_SECRET',
    'WEBHOOK_SECRET',
  ]);
  const parsed = settings.safeParse(given);
  const issues = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  const credential = faults.length === 0 ? clientCredential(given) : undefined;
  if (typeof credential === 'string') faults.push(credential);
  const { WEBHOOK_URL: webhookUrl, WEBHOOK_SECRET: webhookSecret } = given;
  if (webhookUrl !== undefined && webhookSecret === undefined) {
    faults.push('WEBHOOK_SECRET: this, or WEBHOOK_SECRET_FILE, is needed with WEBHOOK_URL');
  }
  if (!parsed.success || typeof credential !== 'object' || faults.length > 0) {
    throw new Error(['The configuration is wrong:', ...issues, ...faults].join('\n  '));
  }
  const value = parsed.data;
  return Object.freeze({
    host: value.HOST,
    port: value.PORT,
    publicUrl: value.PUBLIC_URL,
    keycloak: Object.freeze({
      issuer: `${value.KEYCLOAK_URL}/realms/${encodeURIComponent(value.KEYCLOAK_REALM)}`,
      internalUrl: value.KEYCLOAK_INTERNAL_URL ?? value.KEYCLOAK_URL,
      realm: value.KEYCLOAK_REALM,
      clientId: value.KEYCLOAK_CLIENT_ID,
      credential,
    }),
    maxAccountsPerTenant: value.MAX_ACCOUNTS_PER_TENANT,
    maxSecretLifetimeDays: value.MAX_SECRET_LIFETIME_DAYS,
    sweepIntervalMs: value.SWEEP_INTERVAL_MINUTES * 60_000,
    webhook:
      value.WEBHOOK_URL === undefined || value.WEBHOOK_SECRET === undefined
        ? undefined
        : Object.freeze({ url: value.WEBHOOK_URL, secret: value.WEBHOOK_SECRET }),
    rateLimits: Object.freeze({
      perCallerPerMinute: value.RATE_LIMIT_PER_CALLER,
      perTenantPerMinute: value.RATE_LIMIT_PER_TENANT,
    }),
    corsOrigins: Object.freeze(value.CORS_ORIGINS ?? []),
    showDocumentation: value.SWAGGER === 'on',
    trustedProxies: Object.freeze(value.TRUSTED_PROXIES ?? []),
    auditFile: value.AUDIT_FILE,
    telemetry: Object.freeze({
      metrics:
        value.METRICS_PORT === undefined ? undefined : { host: value.METRICS_HOST, port: value.METRICS_PORT },
      tracesEndpoint: value.OTEL_EXPORTER_OTLP_ENDPOINT,
    }),
    logLevel: value.LOG_LEVEL,
  });
}

/** The credential, or what is wrong with it. */
function clientCredential(env: Readonly<Record<string, string>>): ClientCredential | string {
  const { KEYCLOAK_CLIENT_KEY: key, KEYCLOAK_CLIENT_SECRET: secret } = env;
  if (key !== undefined) {
    try {
      return { privateKey: readPrivateKey(key) };
    } catch (error) {
      return `KEYCLOAK_CLIENT_KEY_FILE: it ${(error as Error).message}`;
    }
  }
  if (secret !== undefined) return { secret };
  return 'KEYCLOAK_CLIENT_KEY_FILE: this, or KEYCLOAK_CLIENT_SECRET, or KEYCLOAK_CLIENT_SECRET_FILE, is needed';
}
