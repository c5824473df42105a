import { expect } from 'vitest';
import type { Answer, Person, RequestOptions, TestApp } from './test-app.ts';

/** People that tests call as, by what they hold. */
export const people = {
  admin: { grant: 'admin' },
  /** May write accounts and holds nothing that could be granted beside that. */
  writer: { grant: ['service-accounts:write'] },
  /** An agent who may manage service accounts as well. */
  agent: {
    grant: [
      'mode-agent',
      'customers:read',
      'conversations:read',
      'conversations:write',
      'conversations:assign',
      'ai:use',
      'knowledge:read',
      'service-accounts:read',
      'service-accounts:write',
    ],
  },
  viewer: { grant: ['service-accounts:read', 'customers:read'] },
  globexAdmin: { tenantId: 'globex', grant: 'admin' },
} as const satisfies Record<string, Person>;

export const pathOf = (id: string, tenantId = 'acme') => `/${tenantId}/service-accounts/${id}`;

/** Asks for an account, by default an agent's. */
export function create(
  service: TestApp,
  body: object = {},
  person: Person & Pick<RequestOptions, 'headers'> = {},
): Promise<Answer> {
  return service.request({
    ...person,
    method: 'POST',
    path: `/${person.tenantId ?? 'acme'}/service-accounts`,
    body: { username: 'Zapier sync', mode: 'agent', ...body },
  });
}

/** An account that was made, as the answer shows it. */
export async function created(
  service: TestApp,
  body: object = {},
  person: Person = {},
): Promise<Answer['body']> {
  const answer = await create(service, body, person);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

export function edit(service: TestApp, id: string, body: unknown, person: Person = {}): Promise<Answer> {
  return service.request({ ...person, method: 'PATCH', path: pathOf(id, person.tenantId), body });
}

/** Of RFC 8037, appendix A. */
export const publicKey = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };

/** Every call that names one account, with a body where one is needed. */
export const callsOnOne = [
  { method: 'GET', below: '' },
  { method: 'GET', below: '/history' },
  { method: 'PATCH', below: '', body: { description: 'new' } },
  { method: 'POST', below: '/regenerate-secret' },
  { method: 'POST', below: '/regenerate-secret', body: { overlapSeconds: 60 } },
  { method: 'PUT', below: '/keys', body: { keys: [publicKey] } },
  { method: 'DELETE', below: '/previous-secret' },
  { method: 'POST', below: '/activate' },
  { method: 'POST', below: '/deactivate' },
  { method: 'POST', below: '/deactivate', body: { revokeTokens: true } },
  { method: 'POST', below: '/revoke-tokens' },
  { method: 'DELETE', below: '' },
] as const;

/** All that Keycloak holds, to be compared before and after. */
export function stateOf({ keycloak }: TestApp) {
  return structuredClone({ clients: keycloak.clients, usernames: keycloak.usernames });
}

/** The roles mapped to an account's user in Keycloak. */
export function rolesOf({ keycloak }: TestApp, id: string): string[] {
  return [...(keycloak.clients.get(id)?.roles ?? [])].sort();
}
