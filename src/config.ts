import { z } from 'zod';
import { readFileVariables } from './file-variables.ts';
import type { RateLimits } from './http/rate-limit.ts';
import type { ClientCredential } from './keycloak/calls/client-authentication.ts';
import { readPrivateKey } from './keycloak/calls/client-keys.ts';
import { localAddresses } from './local-addresses.ts';
import { names } from './names.ts';
import type { TelemetrySettings } from './observability/telemetry.ts';
import { settingFaults } from './setting-faults.ts';

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
    .describe('The service as the world sees it, with its path if it lies behind one: Location, OpenAPI'),
  KEYCLOAK_URL: url
    .default(localAddresses.keycloak)
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
  CORS_ORIGINS: list
    .pipe(z.array(origin))
    .optional()
    .describe('Origins whose pages may call the API from a browser, a comma between two; none by default'),
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
  /** 0 for never. */
  readonly sweepIntervalMs: number;
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
  const { env: given, faults } = readFileVariables(env, ['KEYCLOAK_CLIENT_KEY', 'KEYCLOAK_CLIENT_SECRET']);
  const parsed = settings.safeParse(given);
  const issues = parsed.error === undefined ? [] : settingFaults(parsed.error, given);
  const credential = faults.length === 0 ? clientCredential(given) : undefined;
  if (typeof credential === 'string') faults.push(credential);
  if (!parsed.success || typeof credential !== 'object') {
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
      clientId: value.KEYCLOAK_CLIENT_ID,
      credential,
    }),
    maxAccountsPerTenant: value.MAX_ACCOUNTS_PER_TENANT,
    sweepIntervalMs: value.SWEEP_INTERVAL_MINUTES * 60_000,
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
