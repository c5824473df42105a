import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import type { AppDependencies } from '../../src/app.ts';
import type { Exchange } from '../../src/contract/examples.ts';
import { startProxy } from '../support/live-proxy.ts';
import { type LiveRealm, liveRealm, type PersonName } from '../support/live-realm.ts';
import { startService } from '../support/live-service.ts';
import { stableText } from '../support/recorder.ts';
import { testApp } from '../support/test-app.ts';

const file = fileURLToPath(new URL('../../src/contract/examples.json', import.meta.url));

let realm: LiveRealm;
beforeAll(async () => {
  realm = await liveRealm('examples');
});

const exchanges: Exchange[] = [];
let service: Awaited<ReturnType<typeof startService>>;

interface Call {
  readonly as?: PersonName | 'nobody' | 'somebody made up';
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Makes a call as a client does, keeps it with its answer, and gives the answer's body. */
async function record(operationId: string, name: string, call: Call) {
  const { as = 'admin', method = 'GET', path = '/service-accounts', body } = call;
  const headers = { ...(await authorization(as)), ...(body !== undefined && json), ...call.headers };
  const response = await fetch(`${service.url}/api/v1/tenants/acme${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  // A machine that is too busy is nothing to keep.
  if (name !== 'problem' && name !== 'not-ready' && !response.ok) throw new Error(await response.text());
  return keep(operationId, name, response, body);
}

async function authorization(as: Call['as'] & string) {
  if (as === 'nobody') return {};
  const token = as === 'somebody made up' ? 'not.a.token' : await realm.tokenOf(as);
  return { authorization: `Bearer ${token}` };
}

const json = { 'content-type': 'application/json' };

async function keep(operationId: string, name: string, response: Response, request?: unknown) {
  const text = await response.text();
  // A recording of something else than what it is named for would be a contract of that.
  if (response.ok === problemNames.includes(name)) throw new Error(`${operationId} ${name}: ${text}`);
  const body = text === '' ? undefined : JSON.parse(text);
  const asked = typeof request === 'string' || request === undefined ? {} : { request };
  const answered = body === undefined ? {} : { body };
  exchanges.push({ operationId, name, ...asked, status: response.status, ...answered });
  return body;
}

const crm = {
  username: 'crm-sync',
  description: 'Copies customers to the CRM',
  mode: 'custom',
  permissions: ['customers:read'],
};
/** The examples of what goes wrong. */
const problemNames = [
  'problem',
  'not-ready',
  'no-grant',
  'unsupported-grant',
  'forbidden-grant',
  'wrong-secret',
  'deactivated',
];
/** Of nobody: the private halves were thrown away. RFC 8037, appendix A, has the first one. */
const keyOfNow = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  kid: '2026-11',
};
const nextKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: 'h0NwC3fDJNe6xGIIapnBZK4msVrgHMi5Wa_4l7tfhfg',
  kid: '2026-12',
};
const absent = '/service-accounts/00000000-0000-4000-8000-000000000000';

it("the contract's examples are what the service and Keycloak answer (-u writes them anew)", async () => {
  service = await startService(realm);
  const { id, clientId, clientSecret } = await record('createServiceAccount', 'custom', {
    method: 'POST',
    body: crm,
  });
  const one = `/service-accounts/${id}`;
  await record('createServiceAccount', 'agent', {
    method: 'POST',
    body: { username: 'Chat bot', mode: 'agent' },
  });
  await record('createServiceAccount', 'with-an-end', {
    method: 'POST',
    body: { username: 'Nightly export', mode: 'agent', secretLifetimeDays: 90 },
  });
  const keyless = await record('createServiceAccount', 'with-a-key', {
    method: 'POST',
    body: { username: 'Warehouse', mode: 'agent', credentials: { type: 'jwks', keys: [keyOfNow] } },
  });
  const theirs = `/service-accounts/${keyless.id}`;
  const keysOf = (keys: object[]) => ({ method: 'PUT', path: `${theirs}/keys`, body: { keys } });
  await record('replaceKeys', 'both-while-rotating', keysOf([keyOfNow, nextKey]));
  await record('replaceKeys', 'the-next-one-alone', keysOf([nextKey]));
  await record('listPermissions', 'catalogue', { path: '/permissions' });
  await record('listServiceAccounts', 'first-page', { path: '/service-accounts?limit=1' });
  await record('listServiceAccounts', 'last-page', { path: '/service-accounts?search=crm' });
  await record('getServiceAccount', 'active', { path: one });
  const edit = { method: 'PATCH', path: one };
  await record('editServiceAccount', 'description', { ...edit, body: { description: null } });
  const more = { permissions: ['customers:read', 'customers:write'] };
  await record('editServiceAccount', 'permissions', { ...edit, body: more });
  await record('editServiceAccount', 'mode', { ...edit, body: { mode: 'agent' } });

  const credentials = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  await recordToken('token', credentials);
  const { grant_type: _, ...noGrant } = credentials;
  await recordToken('no-grant', noGrant);
  await recordToken('unsupported-grant', { ...credentials, grant_type: 'none' });
  await recordToken('forbidden-grant', { ...credentials, grant_type: 'password' });
  await record('regenerateSecret', 'regenerated', { method: 'POST', path: `${one}/regenerate-secret` });
  await recordToken('wrong-secret', credentials);
  await record('regenerateSecret', 'with-overlap', {
    method: 'POST',
    path: `${one}/regenerate-secret`,
    body: { overlapSeconds: 86_400 },
  });
  await record('endPreviousSecret', 'ended', { method: 'DELETE', path: `${one}/previous-secret` });
  await record('deactivateServiceAccount', 'inactive', { method: 'POST', path: `${one}/deactivate` });
  await recordToken('deactivated', credentials);
  await record('activateServiceAccount', 'active', { method: 'POST', path: `${one}/activate` });
  await record('revokeTokens', 'revoked', { method: 'POST', path: `${one}/revoke-tokens` });
  await record('listRevocations', 'one', { path: '/revocations' });
  await record('deactivateServiceAccount', 'tokens-revoked', {
    method: 'POST',
    path: `${one}/deactivate`,
    body: { revokeTokens: true },
  });
  await record('getServiceAccountHistory', 'changes', { path: `${one}/history` });
  await record('livez', 'live', { path: '/../../../../livez', as: 'nobody' });
  await record('readyz', 'ready', { path: '/../../../../readyz', as: 'nobody' });

  const creation = { method: 'POST', body: crm };
  const problem = (call: Call) => record('createServiceAccount', 'problem', call);
  await problem({ ...creation, as: 'nobody' });
  await problem({ ...creation, as: 'somebody made up' });
  await problem({ ...creation, as: 'globexAdmin' });
  await problem({ ...creation, as: 'viewer' });
  await problem({ method: 'POST', body: { username: ' crm', mode: 'custom', secret: 'mine' } });
  await problem({ method: 'POST', body: '{"username":' });
  await problem({ ...creation, headers: { 'content-type': 'text/plain' } });
  await problem({ method: 'POST', body: JSON.stringify({ username: 'x'.repeat(70_000) }) });
  await problem({ ...creation, body: { ...crm, username: 'CRM-Sync' } });
  await problem({ method: 'GET', path: absent });
  await problem({ method: 'PUT' });
  await problem({ method: 'DELETE', path: one, headers: { 'if-match': '"an-older-version"' } });
  await record('deleteServiceAccount', 'deleted', { method: 'DELETE', path: one });

  const keyed = { ...creation, headers: { 'idempotency-key': 'a-key' } };
  const { id: other } = await record('createServiceAccount', 'custom', keyed);
  exchanges.pop();
  await problem({ ...keyed, body: { ...crm, description: 'Another body' } });
  await record('regenerateSecret', 'regenerated', {
    method: 'POST',
    path: `/service-accounts/${other}/regenerate-secret`,
  });
  exchanges.pop();
  await problem(keyed);
  await service[Symbol.asyncDispose]();

  service = await startService(realm, { maxAccountsPerTenant: 1, requestsPerMinute: 1 });
  const another = { ...creation, body: { ...crm, username: 'Another' } };
  await problem(another);
  await problem(another);
  await service[Symbol.asyncDispose]();

  await using proxy = await startProxy(realm.url);
  service = await startService(realm, { internalUrl: proxy.url });
  await record('listServiceAccounts', 'first-page', {});
  exchanges.pop();
  proxy.faults = ({ method, path }) => (method === 'POST' && path.endsWith('/clients') ? 'fail' : 'none');
  await problem(another);
  proxy.faults = ({ method, path }) => (method === 'PUT' && path.includes('/roles-by-id/') ? 'fail' : 'none');
  await problem({ method: 'DELETE', path: `/service-accounts/${other}` });
  proxy.faults = ({ method, path }) =>
    method === 'POST' && path.includes('/role-mappings/') ? 'fail' : 'none';
  await problem({ method: 'PATCH', path: `/service-accounts/${other}`, body: { permissions: ['ai:use'] } });
  proxy.faults = ({ method, path }) => (method === 'PUT' && path.includes('/clients/') ? 'stall' : 'none');
  await problem({ method: 'POST', path: `/service-accounts/${other}/deactivate` });
  await proxy.close();
  await problem({});
  await record('readyz', 'not-ready', { path: '/../../../../readyz', as: 'nobody' });
  await service[Symbol.asyncDispose]();

  // No Keycloak makes the service fail in a way that it does not expect; a tenant is switched off in tests of its own.
  await recordFault({
    connectGateway: () => {
      throw new Error('a fault of ours');
    },
  });
  await recordFault({}, 'POST', 'acme');
  await recordRotationUnavailable();

  const recording = `${JSON.stringify(exchanges, null, 2)}\n`;
  await expect(stableText(recording, realm.issuer)).toMatchFileSnapshot(file);
});

async function recordFault(
  dependencies: Partial<AppDependencies>,
  method: 'GET' | 'POST' = 'GET',
  tenantOff?: string,
) {
  const { request, keycloak } = await testApp(dependencies);
  if (tenantOff !== undefined) keycloak.tenantsOff.set(tenantOff, new Date().toISOString());
  const { status, body } = await request({ method, ...(method === 'POST' && { body: crm }) });
  exchanges.push({ operationId: 'createServiceAccount', name: 'problem', status, body });
}

/** Every Keycloak that the tests start can do it. */
async function recordRotationUnavailable() {
  const { request, keycloak } = await testApp();
  const { body: account } = await request({ method: 'POST', body: crm });
  keycloak.canRotateSecrets = false;
  const path = `/acme/service-accounts/${account.id}/regenerate-secret`;
  for (const body of [{ overlapSeconds: 86_400 }, { secretLifetimeDays: 90 }]) {
    const answer = await request({ method: 'POST', path, body });
    const { status } = answer;
    exchanges.push({ operationId: 'regenerateSecret', name: 'problem', status, body: answer.body });
  }
}

async function recordToken(name: string, fields: Record<string, string>): Promise<void> {
  const response = await fetch(realm.tokenUrl, { method: 'POST', body: new URLSearchParams(fields) });
  await keep('obtainToken', name, response, fields);
}
