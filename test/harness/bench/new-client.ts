import { randomBytes, randomUUID } from 'node:crypto';
import { newClient } from '../../../src/keycloak/accounts/account-representation.ts';
import { createClientId } from '../../../src/service-accounts/client-id.ts';
import { grantedPermissions, measuredTenant } from './contestant.ts';

const by = { subject: 'bench', username: 'bench' };

/** The client of a new account of the measured tenant, as the service sends it to Keycloak. */
export function newMeasuredClient(username: string) {
  const id = randomUUID();
  const at = new Date().toISOString();
  const secret = randomBytes(32).toString('base64url');
  const representation = newClient({
    id,
    clientId: createClientId(Date.now()),
    tenantId: measuredTenant,
    username,
    description: null,
    mode: 'custom',
    permissions: [...grantedPermissions],
    keys: null,
    secret,
    secretHint: secret.slice(-4),
    secretExpiresAt: null,
    requests: null,
    history: [{ at, by, action: 'create', fields: [] }],
    at,
    by,
  });
  return { id, at, representation };
}
