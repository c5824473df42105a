import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { ClientCredential } from '../calls/client-authentication.ts';
import { readPrivateKey } from '../calls/client-keys.ts';
import { pemVariable } from './pem-variable.ts';

/** The variables that say by which credential provisioning acts, and from whom it may get that credential. */
export const operatorVariables = {
  KEYCLOAK_ADMIN_REALM: z.string().min(1).default('master'),
  KEYCLOAK_ADMIN_USERNAME: z.string().min(1).optional(),
  KEYCLOAK_ADMIN_PASSWORD: z.string().min(1).optional(),
  KEYCLOAK_ADMIN_CLIENT_ID: z.string().min(1).optional(),
  KEYCLOAK_ADMIN_CLIENT_KEY: pemVariable(readPrivateKey).optional(),
  KEYCLOAK_ADMIN_CLIENT_SECRET: z.string().min(1).optional(),
  KEYCLOAK_BOOTSTRAP_CLIENT_ID: z.string().min(1).optional(),
  KEYCLOAK_BOOTSTRAP_CLIENT_SECRET: z.string().min(1).optional(),
};

const operatorEnvironment = z.object(operatorVariables);
type OperatorEnvironment = z.infer<typeof operatorEnvironment>;

interface OperatorClient {
  readonly clientId: string;
  readonly credential: ClientCredential;
}

/** Who provisions: a client, or a person of the operator's realm. */
export type OperatorCredential = OperatorClient | { readonly username: string; readonly password: string };

/** Keycloak's temporary administrator, and the operator that it makes. */
export interface Appointment {
  readonly administrator: OperatorClient;
  readonly operator: { readonly clientId: string; readonly privateKey: KeyObject };
}

/** The operator that the environment names, or undefined where it does not name a whole one. */
export function operatorCredential(env: OperatorEnvironment): OperatorCredential | undefined {
  const { KEYCLOAK_ADMIN_CLIENT_ID: clientId, KEYCLOAK_ADMIN_CLIENT_KEY: privateKey } = env;
  const secret = env.KEYCLOAK_ADMIN_CLIENT_SECRET;
  if (clientId && privateKey) return { clientId, credential: { privateKey } };
  if (clientId && secret) return { clientId, credential: { secret } };
  if (env.KEYCLOAK_ADMIN_USERNAME && env.KEYCLOAK_ADMIN_PASSWORD) {
    return { username: env.KEYCLOAK_ADMIN_USERNAME, password: env.KEYCLOAK_ADMIN_PASSWORD };
  }
  return undefined;
}

/** What is missing for a whole credential, a line for each variable, decided by which ones there are. */
export function missingOfOperator(isGiven: (name: string) => boolean): string[] {
  const hasKey = isGiven('KEYCLOAK_ADMIN_CLIENT_KEY') || isGiven('KEYCLOAK_ADMIN_CLIENT_SECRET');
  const [hasClient, hasUser, hasPassword] = ['CLIENT_ID', 'USERNAME', 'PASSWORD'].map((name) =>
    isGiven(`KEYCLOAK_ADMIN_${name}`),
  );
  if ((hasClient && hasKey) || (hasUser && hasPassword)) return [];
  if (hasUser) return ['KEYCLOAK_ADMIN_PASSWORD: is needed beside KEYCLOAK_ADMIN_USERNAME'];
  if (hasPassword) return ['KEYCLOAK_ADMIN_USERNAME: is needed beside KEYCLOAK_ADMIN_PASSWORD'];
  if (hasClient) {
    return [
      'KEYCLOAK_ADMIN_CLIENT_KEY_FILE: is needed beside KEYCLOAK_ADMIN_CLIENT_ID, or KEYCLOAK_ADMIN_CLIENT_SECRET',
    ];
  }
  if (hasKey) return ['KEYCLOAK_ADMIN_CLIENT_ID: is needed beside the key or secret of that client'];
  return [
    'KEYCLOAK_ADMIN_USERNAME: is needed with KEYCLOAK_ADMIN_PASSWORD, or instead KEYCLOAK_ADMIN_CLIENT_ID with KEYCLOAK_ADMIN_CLIENT_KEY_FILE or KEYCLOAK_ADMIN_CLIENT_SECRET',
  ];
}

/** Who makes whom the operator; undefined where the environment does not name Keycloak's temporary administrator. */
export function appointment(
  env: OperatorEnvironment & { readonly KEYCLOAK_REALM: string },
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
