import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServiceAccountsClient } from '../../packages/client/src/index.ts';
import { account, clientOf, problem, settled, unavailable } from './planned-service.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const unknown = problem(504, 'outcome-unknown', { 'retry-after': '5' });
const busy = problem(409, 'change-in-progress', { 'retry-after': '30' });
const done = { status: 200, body: account };
const keysOf = (requests: readonly Request[]) =>
  requests.map(({ headers }) => headers.get('idempotency-key'));

const create = (client: ServiceAccountsClient, options = {}) =>
  client.create({ username: 'crm-sync', mode: 'agent' }, options);
const regenerate = (client: ServiceAccountsClient, options = {}) => client.regenerateSecret('a-1', options);

describe.each([
  ['create', create],
  ['regenerate', regenerate],
])('%s', (_, call) => {
  it.each([
    ['is lost', 'lost'],
    ['says that nobody knows what came of it', unknown],
    ['is of a proxy that got none', { status: 504 }],
    ['says that another change is under way', busy],
  ] as const)('is sent again, with the same key, when the answer %s', async (_what, first) => {
    const replay = { ...done, headers: { 'idempotency-replayed': 'true' } };
    const { client, requests } = clientOf([first, busy, replay]);
    expect(await settled(call(client))).toEqual({ ...account, replayed: true });
    const [key, ...others] = keysOf(requests);
    expect(key).toMatch(/^[\x21-\x7e]{16,64}$/);
    expect(others).toEqual([key, key]);
  });

  it('has a key of its own in each call, or the one that the caller names', async () => {
    const { client, requests } = clientOf([done, done, done]);
    await call(client);
    await call(client);
    await call(client, { idempotencyKey: 'mine' });
    const keys = keysOf(requests);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('mine');
  });

  it('is sent three times at most, and not when the service says that its key is spent', async () => {
    const often = clientOf([unknown, unknown, unknown]);
    await expect(settled(call(often.client))).rejects.toMatchObject({ code: 'outcome-unknown' });
    const spent = clientOf([unknown, problem(409, 'idempotency-key-spent')]);
    await expect(settled(call(spent.client))).rejects.toMatchObject({ code: 'idempotency-key-spent' });
  });
});

describe('a change', () => {
  it('that may have taken effect is never reported as one that did nothing', async () => {
    for (const refused of [unavailable, busy, problem(429, 'rate-limited', { 'retry-after': '60' })]) {
      const { client } = clientOf([unknown, refused, refused]);
      await expect(settled(create(client))).rejects.toMatchObject({ code: 'outcome-unknown' });
    }
    const { client } = clientOf(['lost', busy, busy]);
    await expect(settled(create(client))).rejects.toThrow('fetch failed');
  });

  it('with If-Match is not sent again once it may have made its own condition untrue', async () => {
    const halfDone = problem(503, 'half-done', { 'retry-after': '5' });
    for (const answer of ['lost', unknown, halfDone] as const) {
      const { client, requests } = clientOf([answer]);
      await expect(settled(client.edit('a-1', { mode: 'agent' }, { ifMatch: 'v1' }))).rejects.toThrow();
      expect(requests).toHaveLength(1);
    }
    const { client } = clientOf([halfDone, done]);
    expect(await settled(client.edit('a-1', { mode: 'agent' }))).toEqual(account);
  });

  it('that had to wait for another one is sent again, whatever it is, and one that is refused for good is not', async () => {
    const deleting = clientOf([busy, { status: 204 }]);
    await settled(deleting.client.delete('a-1', { ifMatch: 'v1' }));
    expect(deleting.requests).toHaveLength(2);
    const stale = clientOf([problem(412, 'precondition-failed')]);
    await expect(settled(stale.client.delete('a-1', { ifMatch: 'v1' }))).rejects.toMatchObject({
      code: 'precondition-failed',
    });
  });
});
