import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { readFileVariables } from '../../file-variables.ts';
import { localAddresses } from '../../local-addresses.ts';
import { settingFaults } from '../../setting-faults.ts';
import { readPublicKeys } from '../calls/client-keys.ts';
import {
  appointment,
  missingOfOperator,
  operatorCredential,
  operatorVariables,
} from './operator-settings.ts';
import { pemVariable } from './pem-variable.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'has to be an http or https URL' });

/** A bare `*` would hand authorization codes to any address, and PKCE does not prevent that. */
const redirectUri = z
  .string()
  .regex(
    /^https?:\/\/[^*\s/?#]+(?::\*)?(?:[/?][^\s#]*)?$/,
    'has to be http(s) addresses without a wildcard host, with a comma between two',
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

/** Two at a time, so that one can take the other's place without an outage. */
const publicKeys = (pem: string): KeyObject[] => {
  const keys = readPublicKeys(pem);
  if (keys.length > 2) throw new Error("has to hold one key, or two while one takes the other's place");
  return keys;
};

const environment = z.object({
  KEYCLOAK_URL: httpUrl.default(localAddresses.keycloak),
  KEYCLOAK_INTERNAL_URL: httpUrl.optional(),
  KEYCLOAK_REALM: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/, 'has to be made of letters, digits, dots, _ and -')
    .refine((realm) => realm !== 'master', 'may not be master: its administrators own the whole server')
    .default('orki'),
  ...operatorVariables,
  KEYCLOAK_CLIENT_PUBLIC_KEYS: pemVariable(publicKeys).optional(),
  KEYCLOAK_CLIENT_SECRET: z
    .string()
    .min(16, 'has to have at least 16 characters')
    .max(255, 'has to have at most 255 characters')
    .refine((secret) => !secret.startsWith('${vault.'), 'has to be the secret itself, not a vault reference')
    .optional(),
  FRONTEND_REDIRECT_URIS: z
    .string()
    .transform((list) => list.split(',').map((uri) => uri.trim()))
    .pipe(z.array(redirectUri).min(1))
    .optional(),
  CATALOGUE_FILE: z.string().min(1).optional(),
});

/** The names of all variables that provisioning reads. */
export const provisioningVariables = Object.keys(environment.shape);

const settingsSchema = environment.transform((env, context) => {
  const operator = operatorCredential(env);
  // readSettings says so, together with whatever else is wrong.
  if (!operator) return z.NEVER;
  const appointed = appointment(env, operator);
  if (appointed === 'incomplete') {
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
    appointment: appointed,
    serviceClientKeys: env.KEYCLOAK_CLIENT_PUBLIC_KEYS,
    serviceClientSecret: env.KEYCLOAK_CLIENT_SECRET,
    frontendRedirectUris: env.FRONTEND_REDIRECT_URIS,
    catalogueFile: env.CATALOGUE_FILE,
  };
});

export type ProvisioningSettings = z.infer<typeof settingsSchema>;

/** The environment does not say what provisioning needs; the message names each variable and holds no value. */
export class SettingsError extends Error {}

/**
 * Reads the environment of `npm run provision`. An empty variable counts as absent.
 * @throws {SettingsError}
 */
export function readSettings(env: Record<string, string | undefined>): ProvisioningSettings {
  const { env: given, faults } = readFileVariables(env, inFiles);
  const parsed = settingsSchema.safeParse(given);
  const wrong = parsed.error === undefined ? [] : settingFaults(parsed.error, given);
  const missing = missingOfOperator(
    (name) => given[name] !== undefined || given[`${name}_FILE`] !== undefined,
  );
  const all = [...faults, ...wrong, ...missing];
  if (parsed.success && all.length === 0) return parsed.data;
  throw new SettingsError(all.join('\n'));
}
