import type { TestRealm } from './test-realm.ts';

/** A public client with the password grant, so that tests can sign people in; its scopes are the caller's. */
export async function createSignInClient({ admin }: TestRealm, clientId: string, settings: object) {
  const answer = await admin('POST', '/clients', {
    clientId,
    publicClient: true,
    standardFlowEnabled: false,
    directAccessGrantsEnabled: true,
    ...settings,
  });
  if (answer.status !== 201) throw new Error(`client ${clientId}: ${JSON.stringify(answer.body)}`);
}

/** A person with the password `demo`; returns the id. */
export async function createPerson(
  { admin }: TestRealm,
  username: string,
  settings: object = {},
): Promise<string> {
  const answer = await admin('POST', '/users', {
    username,
    enabled: true,
    email: username,
    emailVerified: true,
    firstName: 'Test',
    lastName: 'Person',
    credentials: [{ type: 'password', value: 'demo', temporary: false }],
    ...settings,
  });
  if (answer.status !== 201) throw new Error(`user ${username}: ${JSON.stringify(answer.body)}`);
  return answer.location?.split('/').pop() ?? '';
}

/** The password grant of such a person at such a client. */
export const signIn = (clientId: string, username: string) => ({
  grant_type: 'password',
  client_id: clientId,
  username,
  password: 'demo',
});
