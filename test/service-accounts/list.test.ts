import { describe, expect, it } from 'vitest';
import { createClientId } from '../../src/service-accounts/client-id.ts';
import { created, pathOf } from '../support/accounts.ts';
import { newAccount } from '../support/in-memory-keycloak.ts';
import { type Answer, type TestApp, testApp } from '../support/test-app.ts';

const list = (service: TestApp, query = ''): Promise<Answer> =>
  service.request({ path: `/acme/service-accounts?${query}` });
const namesIn = ({ body }: Answer): string[] =>
  body.items.map(({ username }: { username: string }) => username);

/** `count` accounts of acme, straight into Keycloak; the later one is listed first. */
async function fill({ keycloak }: TestApp, count: number, overrides: object = {}): Promise<void> {
  const gateway = keycloak.connect({ signal: AbortSignal.timeout(1_000) });
  for (let index = 1; index <= count; index += 1) {
    const clientId = createClientId(index);
    const account = newAccount({ clientId, username: `account ${index}`, ...overrides });
    await gateway.createClient(account);
    await gateway.finishAccount(account.id);
  }
}

describe('the list of service accounts', () => {
  it('is empty for a tenant that has none, with no cursor', async () => {
    expect((await list(await testApp())).body).toEqual({ items: [], nextCursor: null });
  });

  it('shows the newest first, each as it is read alone, and no secret', async () => {
    const service = await testApp();
    const secrets = [];
    for (const username of ['one', 'two', 'three']) {
      secrets.push((await created(service, { username })).clientSecret);
      // A clientId tells milliseconds apart.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const answer = await list(service);
    expect(namesIn(answer)).toEqual(['three', 'two', 'one']);
    for (const item of answer.body.items) {
      expect((await service.request({ path: pathOf(item.id) })).body).toEqual(item);
    }
    for (const secret of secrets) expect(JSON.stringify(answer.body)).not.toContain(secret);
  });

  it('shows 20 when no limit is given, and as many as the limit otherwise', async () => {
    const service = await testApp();
    await fill(service, 120);
    expect(namesIn(await list(service))).toHaveLength(20);
    expect(namesIn(await list(service, 'limit=1'))).toEqual(['account 120']);
    expect(namesIn(await list(service, 'limit=100'))).toHaveLength(100);
  });

  it('has a cursor exactly when there is more', async () => {
    const service = await testApp();
    await fill(service, 20);
    expect((await list(service, 'limit=20')).body.nextCursor).toBeNull();
    expect((await list(service, 'limit=19')).body.nextCursor).toEqual(expect.any(String));
  });

  it.each(['0', '101', '-1', '1e9', '1000000000', '1.5', '', ' 5', '0x10', 'ten', '5&limit=6'])(
    'refuses a limit of %j before any call to Keycloak',
    async (limit) => {
      const service = await testApp();
      const answer = await list(
        service,
        `limit=${encodeURIComponent(limit).replace('%26', '&').replace('%3D', '=')}`,
      );
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ in: 'query', pointer: '/limit' }] } });
      expect(service.keycloak.calls).toEqual([]);
    },
  );

  it.each([
    ['mode=root', '/mode'],
    ['mode=admin&mode=agent', '/mode'],
    ['status=deleted', '/status'],
    [`search=${'x'.repeat(101)}`, '/search'],
    ['sort=name', '/sort'],
    ['__proto__=1', '/__proto__'],
    ['first=0', '/first'],
  ])('refuses the query %s by its pointer', async (query, pointer) => {
    const service = await testApp();
    expect(await list(service, query)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ in: 'query', pointer }] },
    });
    expect(service.keycloak.calls).toEqual([]);
  });
});

describe('a filter on the list', () => {
  async function mixed(): Promise<TestApp> {
    const service = await testApp();
    await created(service, { username: 'Zapier sync', description: 'Two-way CRM' });
    await created(service, { username: 'crm import', mode: 'admin' });
    const { id } = await created(service, { username: 'Ｒeports', mode: 'custom', permissions: ['ai:use'] });
    await service.request({ method: 'POST', path: `${pathOf(id)}/deactivate` });
    return service;
  }

  it.each([
    ['mode=admin', ['crm import']],
    ['mode=agent', ['Zapier sync']],
    ['mode=custom', ['Ｒeports']],
    ['status=inactive', ['Ｒeports']],
    ['status=active', ['Zapier sync', 'crm import']],
    ['search=CRM', ['Zapier sync', 'crm import']],
    ['search=crm&mode=agent', ['Zapier sync']],
    ['search=rEPORTS', ['Ｒeports']],
    ['search=%20zapier%20', ['Zapier sync']],
    ['search=', ['Zapier sync', 'crm import', 'Ｒeports']],
    ['search=acme', []],
    ['search=.*', []],
    ['search=mode-admin', []],
    ['mode=admin&status=inactive', []],
  ])('%s finds exactly what it should', async (query, expected) => {
    expect(namesIn(await list(await mixed(), query)).sort()).toEqual(expected.sort());
  });

  it('finds an account by its whole client_id alone', async () => {
    const service = await mixed();
    const { clientId, username } = await created(service, { username: 'other' });
    expect(namesIn(await list(service, `search=${clientId}`))).toEqual([username]);
    expect(namesIn(await list(service, `search=${clientId.slice(0, -1)}`))).toEqual([]);
  });

  it('finds the only match behind hundreds of others, and pages through many', async () => {
    const service = await testApp();
    await fill(service, 1, { username: 'needle', clientId: createClientId(0) });
    await fill(service, 350);
    expect(namesIn(await list(service, 'search=needle'))).toEqual(['needle']);
    const first = await list(service, 'search=account&limit=100');
    expect(namesIn(first)).toHaveLength(100);
    const second = await list(service, `search=account&limit=100&cursor=${first.body.nextCursor}`);
    expect(namesIn(second)[0]).toBe('account 250');
  });

  it('never looks into another tenant', async () => {
    const service = await testApp();
    await created(service, { username: 'needle' }, { tenantId: 'globex' });
    expect(namesIn(await list(service, 'search=needle'))).toEqual([]);
  });
});
