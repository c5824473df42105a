/** What a life asks of a client that was generated for TypeScript; each of them calls its own functions here. */
export interface Client {
  permissions(): Promise<{ groups: { permissions: { name: string; grantable: boolean }[] }[] }>;
  create(body: { username: string; mode: 'agent' | 'custom'; permissions?: string[] }): Promise<Created>;
  edit(id: string, body: { description: string }): Promise<Account>;
  get(id: string): Promise<Account>;
  list(limit: number, cursor?: string): Promise<{ items: Account[]; nextCursor: string | null }>;
  regenerate(id: string, overlapSeconds: number): Promise<Created>;
  endPrevious(id: string): Promise<Account>;
  deactivate(id: string): Promise<Account>;
  activate(id: string): Promise<Account>;
  delete(id: string): Promise<void>;
  token(clientId: string, clientSecret: string): Promise<{ access_token: string }>;
  /** What the service refused with, in an error that one of the above threw. */
  problemOf(error: unknown): Promise<{ code: string; detail: string } | undefined>;
}

interface Account {
  readonly id: string;
  readonly clientId: string;
  readonly username: string;
  readonly description: string | null;
  readonly mode: string;
  readonly permissions: readonly string[];
  readonly status: string;
  readonly previousSecret: object | null;
}
type Created = Account & { readonly clientSecret: string | null };

export const settings = {
  api: process.env.API_URL ?? '',
  keycloak: process.env.KEYCLOAK_URL ?? '',
  token: process.env.TOKEN ?? '',
};
export const tenantId = 'acme';

/** Goes through the life of an account, from its creation to what is said when it is gone. Throws at the first surprise. */
export async function live(client: Client): Promise<void> {
  const username = process.env.USERNAME_PREFIX ?? 'generated';
  const { groups } = await client.permissions();
  expect(
    'a permission to grant',
    groups.some(({ permissions }) => permissions.some(({ grantable }) => grantable)),
  );
  const agent = await client.create({ username: `${username} agent`, mode: 'agent' });
  const custom = await client.create({
    username: `${username} custom`,
    mode: 'custom',
    permissions: ['customers:read'],
  });
  expect('the permissions asked for', custom.permissions.join() === 'customers:read');
  await client.token(agent.clientId, agent.clientSecret ?? '');
  const taken = await refusal(client, () => client.create({ username: `${username} agent`, mode: 'agent' }));
  expect('a taken username refused', taken.code === 'username-taken' && taken.detail.length > 10);
  expect(
    'an edit of one field',
    (await client.edit(custom.id, { description: 'edited' })).description === 'edited',
  );
  const read = await client.get(custom.id);
  expect('the rest unchanged', read.mode === 'custom' && read.permissions.length === 1);
  const first = await client.list(1);
  const second = await client.list(1, first.nextCursor ?? undefined);
  expect('the second page', second.items.length === 1 && second.items[0]?.id !== first.items[0]?.id);
  const rotated = await client.regenerate(agent.id, 600);
  expect('an overlap', rotated.previousSecret !== null);
  await client.token(agent.clientId, agent.clientSecret ?? '');
  await client.token(agent.clientId, rotated.clientSecret ?? '');
  expect('the end of the overlap', (await client.endPrevious(agent.id)).previousSecret === null);
  expect('deactivating', (await client.deactivate(agent.id)).status === 'inactive');
  expect('activating', (await client.activate(agent.id)).status === 'active');
  for (const { id } of [agent, custom]) await client.delete(id);
  const gone = await refusal(client, () => client.get(agent.id));
  expect('a deleted account unknown', gone.code === 'service-account-not-found');
}

async function refusal(
  client: Client,
  call: () => Promise<unknown>,
): Promise<{ code: string; detail: string }> {
  try {
    await call();
  } catch (error) {
    const problem = await client.problemOf(error);
    if (problem !== undefined) return problem;
    throw error;
  }
  throw new Error('The call was not refused.');
}

function expect(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`Expected ${what}.`);
}
