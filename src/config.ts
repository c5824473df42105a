import { z } from 'zod';
import { readFileVariables } from './file-variables.ts';
import type { RateLimits } from './http/rate-limit.ts';
import type { ClientCredential } from './keycloak/calls/client-authentication.ts';
import { readPrivateKey } from './keycloak/calls/client-keys.ts';
import type { LeakAction } from './leaks/handle-report.ts';
import { type ReportKeys, readReportKeys } from './leaks/report-keys.ts';
import { localAddresses } from './local-addresses.ts';
import { names } from './names.ts';
import type { TelemetrySettings } from './observability/telemetry.ts';
import { settingFaults } from './setting-faults.ts';
import { isWebhookSecret, type WebhookSettings } from './upkeep/webhook.ts';

const url = z
  .url({ protocol: /^https?$/, error: 'has to be an http or https URL' })
  .transform((value) => value.replace(/\/+$/, ''));
const origin = z
  .string()
  .refine(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    'has to be origins, such as https://app.orki.ai, with a comma between two',
  );
const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1);

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));
const addresses = list.pipe(
  z.array(
    z.union(
      [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
      'has to be addresses or networks such as 10.0.0.0/8',
    ),
  ),
);

/** Every setting of the service, by the name of its environment variable. */
export const settings = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: port.default(3000).describe('Port to listen on'),
  PUBLIC_URL: url
    .default(localAddresses.service)
    .describe('The address under which callers reach the service, with its path if it is below one'),
  KEYCLOAK_URL: url
    .default(localAddresses.keycloak)
    .describe('The address under which everybody reaches Keycloak; tokens name it as their issuer'),
  KEYCLOAK_INTERNAL_URL: url
    .optional()
    .describe('The address under which the service reaches Keycloak, if that is another one'),
  KEYCLOAK_REALM: z.string().min(1).default('orki').describe('The realm of the tenants'),
  KEYCLOAK_NODES: count
    .default(1)
    .describe(
      'How many nodes Keycloak has; with 2 or more, no change goes by what the caches of a node hold',
    ),
  KEYCLOAK_CLIENT_ID: z
    .string()
    .min(1)
    .default(names.serviceClient)
    .describe('The client as which the service calls Keycloak'),
  KEYCLOAK_CLIENT_KEY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A file with the private key of that client (P-256, PEM)'),
  KEYCLOAK_CLIENT_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe('The secret of that client, if it has no key'),
  KEYCLOAK_CLIENT_SECRET_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A file with the secret, instead of KEYCLOAK_CLIENT_SECRET'),
  MAX_ACCOUNTS_PER_TENANT: count.default(500).describe('How many service accounts a tenant may have'),
  MAX_SECRET_LIFETIME_DAYS: count
    .max(3650)
    .optional()
    .describe('How many days a secret may last; then every new secret expires. By default there is no limit'),
  RATE_LIMIT_PER_CALLER: count
    .default(600)
    .describe('How many requests a caller may send in a minute, to each replica'),
  RATE_LIMIT_PER_TENANT: count
    .default(3000)
    .describe('How many requests all callers of a tenant may send in a minute, to each replica'),
  SWEEP_INTERVAL_MINUTES: z.coerce
    .number()
    .min(0)
    .default(15)
    .describe(
      'How often the service cleans up what a crash left behind, give or take a quarter; 0 for never',
    ),
  WEBHOOK_URL: url
    .optional()
    .describe(
      'Where the service sends warnings that a secret expires soon (Standard Webhooks); nowhere by default',
    ),
  WEBHOOK_SECRET: z
    .string()
    .refine(isWebhookSecret, 'has to be whsec_ and at least 24 bytes in base64')
    .optional()
    .describe('The key that the warnings are signed with: whsec_ and base64'),
  WEBHOOK_SECRET_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A file with the key, instead of WEBHOOK_SECRET'),
  LEAK_REPORTS: z
    .enum(['off', 'report', 'deactivate'])
    .default('off')
    .describe(
      'What is done when a secret scanner reports a secret: nothing, a record and a webhook, or also deactivating the account',
    ),
  LEAK_REPORT_KEYS: z
    .string()
    .optional()
    .describe("The scanner's public keys, as GitHub publishes them (JSON)"),
  LEAK_REPORT_KEYS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A file with the keys, instead of LEAK_REPORT_KEYS'),
  CORS_ORIGINS: list
    .pipe(z.array(origin))
    .optional()
    .describe('Origins whose pages may call the API from a browser, separated by commas'),
  SWAGGER: z.enum(['on', 'off']).default('on').describe('Whether /swagger is served'),
  SETTINGS_PAGE: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether the settings page is served at /settings/service-account-tokens'),
  TENANT_API_URL: url
    .optional()
    .describe(
      "Where the tenant's API is, for the commands that the settings page shows; PUBLIC_URL by default",
    ),
  TRUSTED_PROXIES: addresses
    .optional()
    .describe('Addresses or networks of proxies whose X-Forwarded-For is trusted, separated by commas'),
  AUDIT_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The file for the audit log; by default it goes to standard output, each line with `"log":"audit"`',
    ),
  METRICS_PORT: port.optional().describe('Port that serves /metrics to Prometheus; by default there is none'),
  METRICS_HOST: z.string().default('127.0.0.1').describe('Address to listen on for that'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url
    .optional()
    .describe('Where to send traces (OTLP over HTTP, such as http://collector:4318); by default nowhere'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('The lowest level that is logged: fatal, error, warn, info, debug, trace or silent'),
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
    readonly nodes: number;
    readonly clientId: string;
    readonly credential: ClientCredential;
  };
  readonly maxAccountsPerTenant: number;
  readonly maxSecretLifetimeDays: number | undefined;
  /** 0 for never. */
  readonly sweepIntervalMs: number;
  readonly webhook: WebhookSettings | undefined;
  /** Undefined where no reports are taken. */
  readonly leaks: { readonly action: LeakAction; readonly keys: ReportKeys } | undefined;
  readonly trustedProxies: readonly string[];
  readonly auditFile: string | undefined;
  readonly rateLimits: RateLimits;
  readonly corsOrigins: readonly string[];
  readonly showDocumentation: boolean;
  readonly settingsPage: {
    readonly isServed: boolean;
    /** Where the tenant's API is, for the commands that the page shows. */
    readonly tenantApiUrl: string;
  };
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
    'LEAK_REPORT_KEYS',
  ]);
  const parsed = settings.safeParse(given);
  const issues = parsed.error === undefined ? [] : settingFaults(parsed.error, given);
  const credential = faults.length === 0 ? clientCredential(given) : undefined;
  if (typeof credential === 'string') faults.push(credential);
  const leaks = faults.length === 0 ? leakSettings(given) : undefined;
  if (typeof leaks === 'string') faults.push(leaks);
  const { WEBHOOK_URL: webhookUrl, WEBHOOK_SECRET: webhookSecret } = given;
  if (webhookUrl !== undefined && webhookSecret === undefined) {
    faults.push('WEBHOOK_SECRET: this, or WEBHOOK_SECRET_FILE, is needed with WEBHOOK_URL');
  }
  if (!parsed.success || typeof credential !== 'object' || typeof leaks === 'string' || faults.length > 0) {
    throw new Error(['These settings are missing or wrong:', ...issues, ...faults].join('\n  '));
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
      nodes: value.KEYCLOAK_NODES,
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
    leaks: Object.freeze(leaks),
    rateLimits: Object.freeze({
      perCallerPerMinute: value.RATE_LIMIT_PER_CALLER,
      perTenantPerMinute: value.RATE_LIMIT_PER_TENANT,
    }),
    corsOrigins: Object.freeze(value.CORS_ORIGINS ?? []),
    showDocumentation: value.SWAGGER === 'on',
    settingsPage: Object.freeze({
      isServed: value.SETTINGS_PAGE === 'on',
      tenantApiUrl: value.TENANT_API_URL ?? value.PUBLIC_URL,
    }),
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

/** What is done with reports of leaked secrets, undefined for none, or what is wrong with it. */
function leakSettings(env: Readonly<Record<string, string>>): Config['leaks'] | string {
  const { LEAK_REPORTS: action, LEAK_REPORT_KEYS: keys } = env;
  if (action !== 'report' && action !== 'deactivate') return undefined;
  if (keys === undefined)
    return 'LEAK_REPORT_KEYS: this, or LEAK_REPORT_KEYS_FILE, is needed with LEAK_REPORTS';
  try {
    return { action, keys: readReportKeys(keys) };
  } catch (error) {
    return `LEAK_REPORT_KEYS: it ${(error as Error).message}`;
  }
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
  return 'KEYCLOAK_CLIENT_KEY_FILE: is needed, or KEYCLOAK_CLIENT_SECRET_FILE or KEYCLOAK_CLIENT_SECRET instead';
}
