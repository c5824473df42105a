import { describe, expect, it, vi } from 'vitest';
import { names } from '../../src/names.ts';
import type { Account } from '../../src/service-accounts/account.ts';
import { switchTenantOff } from '../../src/tenants/switch-tenant.ts';
import { sweep } from '../../src/upkeep/sweep.ts';
import { seededRandom } from '../harness/random.ts';
import { create, created, edit, pathOf, people, publicKey } from '../support/accounts.ts';
import { nobodyWatches } from '../support/expiry-watch.ts';
import { noTargets } from '../support/sweep-targets.ts';
import { type Answer, type TestApp, testApp } from '../support/test-app.ts';
import { TwoNodeKeycloak } from '../support/two-node-keycloak.ts';

const custom = { mode: 'custom', permissions: ['customers:read'] };
const customRoles = ['customers:read'];
const ways = ['each replica at its own node', 'each call at the next node'] as const;

/** Two replicas of the service on two nodes, with an account that both nodes have in their caches. */
async function open(way: (typeof ways)[number] | 'told of one node', account: object = {}) {
  const keycloak = new TwoNodeKeycloak();
  const replica = (node: 0 | 1) => {
    if (way === 'told of one node') return keycloak.replica(node, 1);
    return keycloak.replica(way === ways[0] ? node : 'in turn');
  };
  const services: [TestApp, TestApp] = [
    await testApp({ connectGateway: replica(0) }),
    await testApp({ connectGateway: replica(1) }),
  ];
  const { id } = await created(services[0], account);
  keycloak.warm(id);
  return { keycloak, id, services };
}

const act = (service: TestApp, id: string, action: string, more: object = {}) =>
  service.request({ method: 'POST', path: `${pathOf(id)}/${action}`, ...more });
const setKeys = (service: TestApp, id: string) =>
  service.request({ method: 'PUT', path: `${pathOf(id)}/keys`, body: { keys: [publicKey] } });
const isRefused = ({ status, body }: Answer) => status === 503 && body.code === 'keycloak-unavailable';

describe.each(ways)('while two nodes are cut off from each other, %s,', (way) => {
  it.each([
    ['activate', 'deactivate', false],
    ['deactivate', 'activate', true],
  ])('an acknowledged %s is followed by %s, which is done', async (first, second, isEnabled) => {
    const { keycloak, id, services } = await open(way);
    if (first === 'activate') await act(services[0], id, 'deactivate');
    keycloak.warm(id);
    keycloak.isSplit = true;
    expect(await act(services[0], id, first)).toMatchObject({ status: 200 });
    expect(await act(services[1], id, second)).toMatchObject({ status: 200 });
    expect(keycloak.stateOf(id).enabled).toBe(isEnabled);
  });

  it('an edit that changes no rights leaves the mirror of those that another node has changed', async () => {
    const { keycloak, id, services } = await open(way, { mode: 'admin' });
    keycloak.isSplit = true;
    await edit(services[0], id, custom);
    const answer = await edit(services[1], id, { description: 'edited' });
    expect(isRefused(answer) || answer.body.mode === 'custom').toBe(true);
    expect(keycloak.stateOf(id)).toMatchObject({ roles: customRoles, mirror: customRoles });
  });

  it('one If-Match wins once', async () => {
    const { keycloak, id, services } = await open(way);
    const { etag } = (await services[0].request({ path: pathOf(id) })).headers;
    keycloak.isSplit = true;
    const conditional = (service: TestApp, description: string) => {
      const headers = { 'if-match': String(etag) };
      return service.request({ method: 'PATCH', path: pathOf(id), body: { description }, headers });
    };
    expect(await conditional(services[0], 'one')).toMatchObject({ status: 200 });
    expect(await conditional(services[1], 'other')).toMatchObject({ status: 412 });
    expect(keycloak.stateOf(id).description).toBe('one');
  });

  it('keys that another node has set, or ended, decide how the account authenticates, whatever follows', async () => {
    const { keycloak, id, services } = await open(way);
    keycloak.isSplit = true;
    expect(await setKeys(services[0], id)).toMatchObject({ status: 200 });
    // Refused, but not before it had written to find out.
    const refused = await act(services[1], id, 'deactivate', { headers: { 'if-match': '"old"' } });
    expect([412, 503]).toContain(refused.status);
    expect(keycloak.stateOf(id).authenticator).toBe('client-jwt');
    const edited = await edit(services[1], id, { description: 'edited' });
    expect(isRefused(edited) || edited.body.credentials.type === 'jwks').toBe(true);
    expect(keycloak.stateOf(id).authenticator).toBe('client-jwt');

    keycloak.warm(id);
    expect(await act(services[0], id, 'regenerate-secret')).toMatchObject({ status: 200 });
    await edit(services[1], id, { description: 'edited again' });
    expect(keycloak.stateOf(id).authenticator).toBe('client-secret');
  });

  it('nobody regenerates the secret of an account that has more rights by now than they hold', async () => {
    const { keycloak, id, services } = await open(way);
    keycloak.isSplit = true;
    expect(await edit(services[0], id, { mode: 'admin' })).toMatchObject({ status: 200 });
    const { secret } = keycloak.stateOf(id);
    const answer = await act(services[1], id, 'regenerate-secret', people.agent);
    expect([403, 503]).toContain(answer.status);
    expect(keycloak.stateOf(id).secret).toBe(secret);
  });

  it('a tenant that is switched off has no active account, and nobody of it makes or activates one', async () => {
    const { keycloak, id, services } = await open(way);
    await act(services[0], id, 'deactivate');
    keycloak.warm(id);
    await act(services[1], id, 'activate');
    keycloak.isSplit = true;
    await act(services[0], id, 'deactivate');
    keycloak.warm(id);
    await act(services[1], id, 'activate');
    const gateway = keycloak.replica(way === ways[0] ? 0 : 'in turn');
    await switchTenantOff({
      tenantId: 'acme',
      connect: () => gateway({ signal: AbortSignal.timeout(5_000) }),
      by: { subject: 'operator', username: 'Olga' },
      settle: async () => undefined,
      isListCurrent: false,
      onSwitched: () => undefined,
    });
    expect(keycloak.stateOf(id).enabled).toBe(false);
    expect(await act(services[1], id, 'activate')).toMatchObject({
      status: 403,
      body: { code: 'tenant-off' },
    });
    expect(await create(services[1], { username: 'another' })).toMatchObject({ status: 403 });
    expect(keycloak.stateOf(id).enabled).toBe(false);
  });
});

/** Where a balancer sends each call is chance; these are six of its ways, and each node alone. */
const chances = [() => 0, () => 1, ...Array.from({ length: 6 }, (_, seed) => seededRandom(seed))];

describe('while two nodes are cut off from each other, whichever of them a call reaches,', () => {
  /** Two replicas, of which the second goes by each of these chances in turn, every time with an account of its own. */
  async function eachChance(
    account: object,
    run: (keycloak: TwoNodeKeycloak, id: string, services: [TestApp, TestApp]) => Promise<Answer>,
  ) {
    const keycloak = new TwoNodeKeycloak();
    let chance: () => number = () => 0;
    const services: [TestApp, TestApp] = [
      await testApp({ connectGateway: keycloak.replica(0) }),
      await testApp({ connectGateway: keycloak.replica(() => chance()) }),
    ];
    // From then on the second replica knows that Keycloak keeps two secrets.
    const { id: first } = await created(services[1], { username: 'first' });
    await act(services[1], first, 'regenerate-secret', { body: { overlapSeconds: 60 } });
    const statuses: number[] = [];
    for (const [index, next] of chances.entries()) {
      keycloak.isSplit = false;
      const { id } = await created(services[0], { username: `account ${index}`, ...account });
      keycloak.warm(id);
      keycloak.isSplit = true;
      chance = next;
      statuses.push((await run(keycloak, id, services)).status);
    }
    return statuses;
  }

  it.each([
    { before: { mode: 'admin' }, first: custom, second: { mode: 'admin' }, expected: ['mode-admin'] },
    { before: custom, first: { mode: 'admin' }, second: custom, expected: customRoles },
    { before: custom, first: { mode: 'admin' }, second: { mode: 'agent' }, expected: ['mode-agent'] },
  ])(
    'a change of mode that ends in $expected leaves just that, or is refused and changes nothing',
    async (plan) => {
      const { before, first, second, expected } = plan;
      const statuses = await eachChance(before, async (keycloak, id, services) => {
        expect(await edit(services[0], id, first)).toMatchObject({ status: 200 });
        const between = keycloak.stateOf(id);
        expect(between.roles).toEqual(between.mirror);
        const answer = await edit(services[1], id, second);
        const after = keycloak.stateOf(id);
        expect(after.roles).toEqual(isRefused(answer) ? between.roles : expected);
        expect(after.mirror).toEqual(after.roles);
        if (!isRefused(answer)) expect(answer).toMatchObject({ status: 200 });
        return answer;
      });
      expect(statuses).toContain(200);
    },
    60_000,
  );

  it('the secret that goes on working beside a new one is the one of now', async () => {
    const statuses = await eachChance({}, async (keycloak, id, services) => {
      const { body } = await act(services[0], id, 'regenerate-secret');
      const answer = await act(services[1], id, 'regenerate-secret', { body: { overlapSeconds: 60 } });
      const isDone = answer.status === 200;
      expect(isDone || isRefused(answer)).toBe(true);
      expect(keycloak.stateOf(id).previousSecret).toBe(isDone ? body.clientSecret : undefined);
      return answer;
    });
    expect(statuses).toContain(200);
  }, 60_000);
});

describe('a change on several nodes', () => {
  const operationsOn = ({ calls }: TwoNodeKeycloak) => calls.map(({ operation }) => operation);

  it('leaves no role behind that only kept caches out of it', async () => {
    const { keycloak, id, services } = await open(ways[1], { mode: 'admin' });
    for (const body of [custom, { mode: 'admin' }, { mode: 'agent' }]) {
      expect(await edit(services[0], id, body)).toMatchObject({ status: 200 });
      expect(operationsOn(keycloak)).toContain('read users of fence role');
      expect(keycloak.stateOf(id).roles).toEqual(keycloak.stateOf(id).mirror);
    }
  });

  it.each([
    [{ description: 'new' }, 2],
    [{ mode: 'admin' }, 5],
    [custom, 9],
  ])('costs the calls that docs/how-it-works.md names: %o', async (body, more) => {
    const [fenced, plain] = [await open(ways[0]), await open('told of one node')];
    const counts = [];
    for (const { keycloak, id, services } of [fenced, plain]) {
      await edit(services[0], id, { description: 'known' });
      keycloak.calls.length = 0;
      expect(await edit(services[0], id, body)).toMatchObject({ status: 200 });
      counts.push(keycloak.calls.length);
    }
    expect((counts[0] ?? 0) - (counts[1] ?? 0)).toBe(more);
  });

  it('writes nothing to an account of another tenant', async () => {
    const { keycloak, id: first, services } = await open(ways[0]);
    const { id } = await created(services[0], {}, people.globexAdmin);
    await act(services[0], first, 'deactivate');
    keycloak.calls.length = 0;
    expect(await act(services[0], id, 'deactivate')).toMatchObject({ status: 404 });
    expect(operationsOn(keycloak)).toEqual(['lock account', 'read account', 'unlock account']);
  });

  it('is refused, with nothing changed, when no read shows what was written for it', async () => {
    const { keycloak, id, services } = await open(ways[0]);
    keycloak.hearsItself = false;
    const before = keycloak.stateOf(id);
    expect(isRefused(await act(services[1], id, 'deactivate'))).toBe(true);
    expect(isRefused(await act(services[1], id, 'regenerate-secret'))).toBe(true);
    expect(keycloak.stateOf(id)).toEqual(before);
    expect(operationsOn(keycloak).filter((operation) => operation === 'lock account')).toHaveLength(2);
    expect(operationsOn(keycloak).filter((operation) => operation === 'unlock account')).toHaveLength(2);
  });

  it('releases no username that an account got at a node from which the sweep has not heard', async () => {
    const { keycloak, id, services } = await open(ways[0]);
    keycloak.isSplit = true;
    await edit(services[0], id, { username: 'renamed' });
    const removed: string[] = [];
    const sweepAt = keycloak.replica(1);
    await sweep({
      targets: {
        ...noTargets,
        async *someUsernames() {
          const isOf = ({ username }: Pick<Account, 'username'>) => username === 'renamed';
          yield { roleId: 'renamed', accountId: id, isOf, reservedAt: '2026-11-01T00:00:00.000Z' };
        },
        removeRole: async (roleId) => void removed.push(roleId),
      },
      sliceSize: 100,
      connect: () => sweepAt({ signal: AbortSignal.timeout(5_000) }),
      now: Date.now,
      onRepair: () => undefined,
      onFailure: (error) => {
        throw error;
      },
      watch: nobodyWatches,
    });
    expect(removed).toEqual([]);
  });

  it('breaks no lock for which a cache still has an expiry that is over', async () => {
    const { keycloak, id, services } = await open(ways[0]);
    keycloak.isSplit = true;
    keycloak.keepOldRole(1, names.locksClient, `lock.acme.${id}`, {
      'orki.expires-at': ['2020-01-01T00:00:00.000Z'],
    });
    const holder = keycloak.replica(0)({ signal: AbortSignal.timeout(10_000) });
    const lock = await holder.lockAccount('acme', id);
    const second = act(services[1], id, 'deactivate');
    await vi.waitFor(() => expect(operationsOn(keycloak)).toContain('read lock'));
    expect(keycloak.stateOf(id).enabled).toBe(true);
    await lock.release();
    expect(await second).toMatchObject({ status: 200 });
    expect(operationsOn(keycloak)).not.toContain('break lock');
  });
});

describe('the stand-in for two nodes', () => {
  it('loses, for a service that was told of one node, what Keycloak loses', async () => {
    const { keycloak, id, services } = await open('told of one node', { mode: 'admin' });
    keycloak.isSplit = true;
    await edit(services[0], id, custom);
    expect(await edit(services[1], id, { mode: 'admin' })).toMatchObject({ status: 200 });
    expect(keycloak.stateOf(id)).toMatchObject({ roles: customRoles, mirror: ['mode-admin'] });
    // This node has just read the account, and takes it for active.
    await services[1].request({ path: pathOf(id) });
    await act(services[0], id, 'deactivate');
    expect(await act(services[1], id, 'activate')).toMatchObject({ status: 200, body: { status: 'active' } });
    expect(keycloak.stateOf(id).enabled).toBe(false);
  });

  it('gets no call more from a service that was told of one node', async () => {
    const { keycloak, id, services } = await open('told of one node');
    await edit(services[0], id, { description: 'known' });
    keycloak.calls.length = 0;
    await edit(services[0], id, { mode: 'admin' });
    expect(keycloak.calls.map(({ operation }) => operation).sort()).toEqual(
      [
        'lock account',
        'read account',
        'read roles',
        'grant roles',
        'revoke roles',
        'edit account',
        'unlock account',
      ].sort(),
    );
  });
});
