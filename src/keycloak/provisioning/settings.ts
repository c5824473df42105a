import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { readFileVariables } from '../../file-variables.ts';
import type { ClientCredential } from '../calls/client-authentication.ts';
import { readPrivateKey, readPublicKeys } from '../calls/client-keys.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** A bare `*` would hand authorization codes to any address, and PKCE does not mend that. */
const redirectUri = z
  .string()
  .regex(
    /^https?:\/\/[^*\s/?#]+(?::\*)?(?:[/?][^\s#]*)?$/,
    'must be an http(s) address without a wildcard host',
  );

/** These may be in files, named by the variable with _FILE at its end. Keys are in files alone. */
const inFiles = [
  'KEYCLOAK_CLIENT_PUBLIC_KEYS',
  'KEYCLOAK_CLIENT_SECRET',
  'KEYCLOAK_ADMIN_PASSWORD',
  'KEYCLOAK_ADMIN_CLIENT_KEY',
  'KEYCLOAK_ADMIN_CLIENT_SECRET',
  'KEYCLOAK_BOOTSTRAP_CLIENT_SECRET',
];

const key = <T>(read: (pem: string) => T) =>
  z.string().transform((pem, context) => {
    try {
      return read(pem);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
/** Two at a time, so that one can take the other's place without an outage. */
const publicKeys = (pem: string): KeyObject[] => {
  const keys = readPublicKeys(pem);
  if (keys.length > 2) throw new Error("has to hold one key, or two while one takes the other's place");
  return keys;
};

const environment = z.object({
  KEYCLOAK_URL: httpUrl,
  KEYCLOAK_INTERNAL_URL: httpUrl.optional(),
  KEYCLOAK_REALM: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/, 'must be made of letters, digits, dots, _ and -')
    .refine((realm) => realm !== 'master', 'must not be master: its administrators own the whole server')
    .default('orki'),
  KEYCLOAK_ADMIN_REALM: z.string().min(1).default('master'),
  KEYCLOAK_ADMIN_USERNAME: z.string().min(1).optional(),
  KEYCLOAK_ADMIN_PASSWORD: z.string().min(1).optional(),
  KEYCLOAK_ADMIN_CLIENT_ID: z.string().min(1).optional(),
  KEYCLOAK_ADMIN_CLIENT_KEY: key(readPrivateKey).optional(),
  KEYCLOAK_ADMIN_CLIENT_SECRET: z.string().min(1).optional(),
  KEYCLOAK_BOOTSTRAP_CLIENT_ID: z.string().min(1).optional(),
  KEYCLOAK_BOOTSTRAP_CLIENT_SECRET: z.string().min(1).optional(),
  KEYCLOAK_CLIENT_PUBLIC_KEYS: key(publicKeys).optional(),
  KEYCLOAK_CLIENT_SECRET: z
    .string()
    .min(16, 'must have at least 16 characters')
    .max(255, 'must have at most 255 characters')
    .refine((secret) => !secret.startsWith('${vault.'), 'must be the secret itself, not a vault reference')
    .optional(),
  FRONTEND_REDIRECT_URIS: z
    .string()
    .transform((list) => list.split(',').map((uri) => uri.trim()))
    .pipe(z.array(redirectUri).min(1))
    .optional(),
  CATALOGUE_FILE: z.string().min(1).optional(),
});

const settingsSchema = environment.transform((env, context) => {
  const operator = operatorOf(env);
  if (!operator) {
    context.addIssue({
      code: 'custom',
      path: ['KEYCLOAK_ADMIN_USERNAME'],
      message:
        'set KEYCLOAK_ADMIN_USERNAME and KEYCLOAK_ADMIN_PASSWORD, or KEYCLOAK_ADMIN_CLIENT_ID and KEYCLOAK_ADMIN_CLIENT_KEY_FILE or KEYCLOAK_ADMIN_CLIENT_SECRET',
    });
    return z.NEVER;
  }
  const appointment = appointmentOf(env, operator);
  if (appointment === 'incomplete') {
    context.addIssue({
      code: 'custom',
      path: ['KEYCLOAK_BOOTSTRAP_CLIENT_ID'],
      message:
        'needs KEYCLOAK_ADMIN_CLIENT_ID and KEYCLOAK_ADMIN_CLIENT_KEY_FILE, the operator to be made, and KEYCLOAK_ADMIN_REALM to be the realm',
    });
    return z.NEVER;
  }
  return {
    /** Keycloak as provisioning reaches it. */
    keycloakUrl: (env.KEYCLOAK_INTERNAL_URL ?? env.KEYCLOAK_URL).replace(/\/+$/, ''),
    /** Keycloak as the world sees it. */
    publicUrl: env.KEYCLOAK_URL.replace(/\/+$/, ''),
    realm: env.KEYCLOAK_REALM,
    operatorRealm: env.KEYCLOAK_ADMIN_REALM,
    operator,
    appointment,
    serviceClientKeys: env.KEYCLOAK_CLIENT_PUBLIC_KEYS,
    serviceClientSecret: env.KEYCLOAK_CLIENT_SECRET,
    frontendRedirectUris: env.FRONTEND_REDIRECT_URIS,
    catalogueFile: env.CATALOGUE_FILE,
  };
});

function operatorOf(env: z.infer<typeof environment>): OperatorCredential | undefined {
  const { KEYCLOAK_ADMIN_CLIENT_ID: clientId, KEYCLOAK_ADMIN_CLIENT_KEY: privateKey } = env;
  const secret = env.KEYCLOAK_ADMIN_CLIENT_SECRET;
  if (clientId && privateKey) return { clientId, credential: { privateKey } };
  if (clientId && secret) return { clientId, credential: { secret } };
  if (env.KEYCLOAK_ADMIN_USERNAME && env.KEYCLOAK_ADMIN_PASSWORD) {
    return { username: env.KEYCLOAK_ADMIN_USERNAME, password: env.KEYCLOAK_ADMIN_PASSWORD };
  }
  return undefined;
}

/** Who makes whom the operator, where Keycloak's temporary administrator is named. */
function appointmentOf(
  env: z.infer<typeof environment>,
  operator: OperatorCredential,
): Appointment | 'incomplete' | undefined {
  const { KEYCLOAK_BOOTSTRAP_CLIENT_ID: clientId, KEYCLOAK_BOOTSTRAP_CLIENT_SECRET: secret } = env;
  if (!clientId || !secret) return undefined;
  if (!('clientId' in operator) || !('privateKey' in operator.credential)) return 'incomplete';
  if (env.KEYCLOAK_ADMIN_REALM !== env.KEYCLOAK_REALM) return 'incomplete';
  const { privateKey } = operator.credential;
  return {
    administrator: { clientId, credential: { secret } },
    operator: { clientId: operator.clientId, privateKey },
  };
}

export type ProvisioningSettings = z.infer<typeof settingsSchema>;
export interface Appointment {
  administrator: ClientOperator;
  operator: { clientId: string; privateKey: KeyObject };
}
interface ClientOperator {
  clientId: string;
  credential: ClientCredential;
}
export type OperatorCredential = ClientOperator | { username: string; password: string };

/** The environment does not say what provisioning needs; the message names each variable and holds no value. */
export class SettingsError extends Error {}

/** Reads the environment of `npm run provision`. An empty variable counts as absent. Throws SettingsError. */
export function readSettings(env: Record<string, string | undefined>): ProvisioningSettings {
  const { env: given, faults } = readFileVariables(env, inFiles);
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success && faults.length === 0) return parsed.data;
  const issues = parsed.error?.issues ?? [];
  throw new SettingsError(
    [
      ...faults,
      ...issues.map(({ path: [name], code, message }) => {
        const missing = code === 'invalid_type' && given[String(name)] === undefined;
        const isOfFile = given[`${String(name)}_FILE`] !== undefined;
        return `${String(name)}${isOfFile ? '_FILE' : ''}: ${missing ? 'must be set' : message}`;
      }),
    ].join('\n'),
  );
}
