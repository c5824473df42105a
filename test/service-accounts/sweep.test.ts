import { expect, it } from 'vitest';
import type { Account } from '../../src/service-accounts/account.ts';
import type { Gateway } from '../../src/service-accounts/gateway.ts';
import { type Repair, sweep } from '../../src/upkeep/sweep.ts';
import { created, stateOf } from '../support/accounts.ts';
import { nobodyWatches } from '../support/expiry-watch.ts';
import { accountTargets } from '../support/sweep-targets.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const signal = () => new AbortController();

/** Sweeps over all accounts, as it would eleven minutes from now; `onRepair` may end it. */
async function sweepOf(
  { keycloak }: TestApp,
  ending = signal(),
  onRepair = (_: Repair) => {},
  sliceSize = 1_000,
  laterMs = 11 * 60_000,
) {
  const repairs: Repair[] = [];
  await sweep({
    targets: accountTargets(keycloak),
    sliceSize,
    connect: (): Gateway => keycloak.connect({ signal: AbortSignal.timeout(5_000) }),
    signal: ending.signal,
    now: () => Date.now() + laterMs,
    onRepair: (repair) => {
      repairs.push(repair);
      onRepair(repair);
    },
    watch: nobodyWatches,
    onFailure: (error) => {
      throw error;
    },
  });
  return repairs;
}

async function unfinished(service: TestApp, username: string): Promise<Account> {
  const { id } = await created(service, { username });
  const stored = service.keycloak.clients.get(id);
  if (stored === undefined) throw new Error('not made');
  stored.account = { ...stored.account, unfinishedSince: stored.account.createdAt };
  return stored.account;
}

it('a sweep takes away roles that add nothing to the mode of an account, and no others', async () => {
  const service = await testApp();
  const [{ id: left }, { id: custom }] = [
    await created(service, { username: 'left', mode: 'agent' }),
    await created(service, { username: 'custom', mode: 'custom', permissions: ['customers:read'] }),
  ];
  service.keycloak.clients.get(left)?.roles.add('mode-admin');
  service.keycloak.clients.get(custom)?.roles.add('webhooks:read');
  const repairs = await sweepOf(service);
  expect(repairs).toContainEqual({
    kind: 'redundant-roles',
    tenant: 'acme',
    account: left,
    roles: ['mode-agent'],
  });
  expect([...(service.keycloak.clients.get(left)?.roles ?? [])]).toEqual(['mode-admin']);
  expect(service.keycloak.clients.get(left)?.account.mode).toBe('admin');
  expect([...(service.keycloak.clients.get(custom)?.roles ?? [])]).toEqual([
    'customers:read',
    'webhooks:read',
  ]);
  const settled = stateOf(service);
  expect(await sweepOf(service)).toEqual([]);
  expect(stateOf(service)).toEqual(settled);
});

it('a sweep that is ended stops after the repair that it is at', async () => {
  const service = await testApp();
  for (const username of ['one', 'two', 'three']) await unfinished(service, username);
  const ending = signal();
  const repairs = await sweepOf(service, ending, () => ending.abort());
  expect(repairs).toHaveLength(1);
  expect(service.keycloak.clients.size).toBe(2);
});

it('a sweep has the console show accounts of an earlier version by their names, once, and callers see no change', async () => {
  const service = await testApp();
  const { id, ...account } = await created(service, { username: 'crm-sync' });
  const stored = service.keycloak.clients.get(id);
  if (stored === undefined) throw new Error('not made');
  stored.account = { ...stored.account, isCurrentInConsole: false };
  expect(await sweepOf(service)).toEqual([{ kind: 'text-in-console', tenant: 'acme', account: id }]);
  expect(stored.account.isCurrentInConsole).toBe(true);
  expect(stored.account.version).toBe(account.version);
  expect(await sweepOf(service)).toEqual([]);
});

it('a sweep finds what was never finished among the new accounts, before that has its turn to be compared', async () => {
  const service = await testApp();
  const { id } = await unfinished(service, 'new');
  const swept = (laterMs: number) => sweepOf(service, signal(), undefined, 0, laterMs);
  expect(await swept(3 * 3_600_000)).toEqual([]);
  expect(await swept(3_600_000)).toEqual([{ kind: 'unfinished-account', tenant: 'acme', account: id }]);
});

it('a sweep asks for the roles of no more accounts than a slice has', async () => {
  const service = await testApp();
  for (const username of ['one', 'two', 'three', 'four']) await created(service, { username, mode: 'agent' });
  service.keycloak.calls.length = 0;
  await sweepOf(service, signal(), undefined, 3);
  expect(service.keycloak.calls.filter((call) => call === 'grantedRoles')).toHaveLength(3);
});
