import * as api from './client/client';
import { live, settings, tenantId } from './steps';

// Its addresses are paths: whoever uses it decides where they lead, and with what token.
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const isKeycloak = String(input).startsWith('/realms/');
  const headers = new Headers(init?.headers);
  if (!isKeycloak) headers.set('authorization', `Bearer ${settings.token}`);
  return fetch(`${isKeycloak ? settings.keycloak : settings.api}${input}`, { ...init, headers });
};

interface Answer {
  readonly status: number;
  readonly data: unknown;
}
type Success<Any extends Answer> = Extract<Any, { status: 200 | 201 | 204 }>['data'];

async function data<Any extends Answer>(call: Promise<Any>): Promise<Success<Any>> {
  const answer = await call;
  if (answer.status >= 400) throw answer;
  return answer.data as Success<Any>;
}

live({
  permissions: () => data(api.listPermissions(tenantId)),
  create: (body) => data(api.createServiceAccount(tenantId, body)),
  edit: (id, body) => data(api.editServiceAccount(tenantId, id, body)),
  get: (id) => data(api.getServiceAccount(tenantId, id)),
  list: (limit, cursor) => data(api.listServiceAccounts(tenantId, { limit, ...(cursor && { cursor }) })),
  regenerate: (id, overlapSeconds) => data(api.regenerateSecret(tenantId, id, { overlapSeconds })),
  endPrevious: (id) => data(api.endPreviousSecret(tenantId, id)),
  deactivate: (id) => data(api.deactivateServiceAccount(tenantId, id)),
  activate: (id) => data(api.activateServiceAccount(tenantId, id)),
  delete: async (id) => void (await data(api.deleteServiceAccount(tenantId, id))),
  token: (client_id, client_secret) =>
    data(api.obtainToken({ grant_type: 'client_credentials', client_id, client_secret })),
  problemOf: async (error) => (error as { data?: { code: string; detail: string } }).data,
});
