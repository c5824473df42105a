import { decode } from '../provisioning/test-realm.ts';
import type { ComposeProject } from './project.ts';

export interface Account {
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
  readonly location: string | null;
}

type Addresses = Pick<ComposeProject, 'keycloak' | 'service'>;

/** The access token of acme's administrator, one of the demo people. */
export async function signIn({ keycloak }: Addresses): Promise<string> {
  const body = {
    grant_type: 'password',
    client_id: 'orki-demo-cli',
    username: 'admin@acme.test',
    password: 'demo',
  };
  return token(`${keycloak}/realms/orki/protocol/openid-connect/token`, body);
}

export async function createAccount(
  { service }: Addresses,
  person: string,
  mode: string,
  permissions?: string[],
  username = `compose ${mode}`,
): Promise<Account> {
  const response = await fetch(`${service}/api/v1/tenants/acme/service-accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${person}`, 'content-type': 'application/json' },
    body: JSON.stringify({ username, mode, ...(permissions && { permissions }) }),
  });
  if (response.status !== 201) throw new Error(`not created: ${await response.text()}`);
  return { ...((await response.json()) as Account), location: response.headers.get('location') };
}

/** The status with which the service answers for the account. */
export const readAccount = (where: Addresses, person: string, { id }: Account): Promise<number> =>
  read(where, person, `service-accounts/${id}`);

/** The status with which the service answers for the permission catalogue. */
export const readCatalogue = (where: Addresses, person: string): Promise<number> =>
  read(where, person, 'permissions');

async function read({ service }: Addresses, person: string, path: string): Promise<number> {
  const url = `${service}/api/v1/tenants/acme/${path}`;
  return (await fetch(url, { headers: { authorization: `Bearer ${person}` } })).status;
}

/** What is in the token that the account gets by its secret. */
export async function tokenOf({ tokenUrl, clientId, clientSecret }: Account) {
  const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  return contentOf(await token(tokenUrl, body));
}

/** What is in an access token. */
export function contentOf(accessToken: string) {
  const { claims } = decode(accessToken);
  const roles: string[] = claims.resource_access?.['orki-api']?.roles ?? [];
  return { claims, roles: roles.sort() };
}

async function token(url: string, parameters: Record<string, string>): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters) });
  const answer = (await response.json()) as { access_token?: string };
  if (!answer.access_token) throw new Error(`no token: ${JSON.stringify(answer)}`);
  return answer.access_token;
}
