import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** A bare `*` would hand authorization codes to any address, and PKCE does not mend that. */
const redirectUri = z
  .string()
  .regex(
    /^https?:\/\/[^*\s/?#]+(?::\*)?(?:[/?][^\s#]*)?$/,
    'must be an http(s) address without a wildcard host',
  );

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
  KEYCLOAK_ADMIN_CLIENT_SECRET: z.string().min(1).optional(),
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
        'set KEYCLOAK_ADMIN_USERNAME and KEYCLOAK_ADMIN_PASSWORD, or KEYCLOAK_ADMIN_CLIENT_ID and KEYCLOAK_ADMIN_CLIENT_SECRET',
    });
    return z.NEVER;
  }
  return {
    keycloakUrl: (env.KEYCLOAK_INTERNAL_URL ?? env.KEYCLOAK_URL).replace(/\/+$/, ''),
    realm: env.KEYCLOAK_REALM,
    operatorRealm: env.KEYCLOAK_ADMIN_REALM,
    operator,
    serviceClientSecret: env.KEYCLOAK_CLIENT_SECRET,
    frontendRedirectUris: env.FRONTEND_REDIRECT_URIS,
    catalogueFile: env.CATALOGUE_FILE,
  };
});

function operatorOf(env: z.infer<typeof environment>): OperatorCredential | undefined {
  if (env.KEYCLOAK_ADMIN_CLIENT_ID && env.KEYCLOAK_ADMIN_CLIENT_SECRET) {
    return { clientId: env.KEYCLOAK_ADMIN_CLIENT_ID, clientSecret: env.KEYCLOAK_ADMIN_CLIENT_SECRET };
  }
  if (env.KEYCLOAK_ADMIN_USERNAME && env.KEYCLOAK_ADMIN_PASSWORD) {
    return { username: env.KEYCLOAK_ADMIN_USERNAME, password: env.KEYCLOAK_ADMIN_PASSWORD };
  }
  return undefined;
}

export type ProvisioningSettings = z.infer<typeof settingsSchema>;
export type OperatorCredential =
  | { clientId: string; clientSecret: string }
  | { username: string; password: string };

/** The environment does not say what provisioning needs; the message names each variable and holds no value. */
export class SettingsError extends Error {}

/** Reads the environment of `npm run provision`. An empty variable counts as absent. Throws SettingsError. */
export function readSettings(env: Record<string, string | undefined>): ProvisioningSettings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    parsed.error.issues
      .map(({ path, code, message }) => {
        const missing = code === 'invalid_type' && given[String(path[0])] === undefined;
        return `${String(path[0])}: ${missing ? 'must be set' : message}`;
      })
      .join('\n'),
  );
}
