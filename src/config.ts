import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { names } from './keycloak/names.ts';
import type { RateLimits } from './rate-limit.ts';

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
  KEYCLOAK_CLIENT_SECRET: z.string().min(1).optional().describe("The secret of the service's own client"),
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
    readonly clientSecret: string;
  };
  readonly maxAccountsPerTenant: number;
  readonly trustedProxies: readonly string[];
  readonly auditFile: string | undefined;
  readonly rateLimits: RateLimits;
  readonly corsOrigins: readonly string[];
  readonly showDocumentation: boolean;
  readonly logLevel: z.infer<typeof settings>['LOG_LEVEL'];
}

/**
 * Reads the configuration from environment variables; an empty variable counts as absent.
 * @throws {Error} naming every variable that is missing or wrong, never its value.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = settings.safeParse(given);
  const secret = clientSecret(given);
  if (!parsed.success || secret.value === undefined) {
    const issues = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
    const lines = secret.fault === undefined ? issues : [...issues, secret.fault];
    throw new Error(['The configuration is wrong:', ...lines].join('\n  '));
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
      clientSecret: secret.value,
    }),
    maxAccountsPerTenant: value.MAX_ACCOUNTS_PER_TENANT,
    rateLimits: Object.freeze({
      perCallerPerMinute: value.RATE_LIMIT_PER_CALLER,
      perTenantPerMinute: value.RATE_LIMIT_PER_TENANT,
    }),
    corsOrigins: Object.freeze(value.CORS_ORIGINS ?? []),
    showDocumentation: value.SWAGGER === 'on',
    trustedProxies: Object.freeze(value.TRUSTED_PROXIES ?? []),
    auditFile: value.AUDIT_FILE,
    logLevel: value.LOG_LEVEL,
  });
}

type ClientSecret =
  | { readonly value: string; readonly fault?: never }
  | { readonly value?: never; readonly fault: string };

function clientSecret(env: Readonly<Record<string, string | undefined>>): ClientSecret {
  const { KEYCLOAK_CLIENT_SECRET: secret, KEYCLOAK_CLIENT_SECRET_FILE: file } = env;
  if (secret !== undefined) return { value: secret };
  if (file === undefined) {
    return { fault: 'KEYCLOAK_CLIENT_SECRET: this, or KEYCLOAK_CLIENT_SECRET_FILE, is needed' };
  }
  try {
    const value = readFileSync(file, 'utf8').trim();
    return value === '' ? { fault: 'KEYCLOAK_CLIENT_SECRET_FILE: the file is empty' } : { value };
  } catch {
    return { fault: 'KEYCLOAK_CLIENT_SECRET_FILE: the file cannot be read' };
  }
}
