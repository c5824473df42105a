import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { type ErrorCodeOf, isProblem, ServiceAccountsError } from '../../packages/client/src/index.ts';
import { account, clientOf, problem, settled, unavailable } from './planned-service.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the client', () => {
  it('calls the service at its path, with a token, and gives the body', async () => {
    const { client, requests } = clientOf([{ status: 201, body: account }]);
    expect(await client.create({ username: 'crm-sync', mode: 'agent' })).toEqual({
      ...account,
      replayed: false,
    });
    expect(requests[0]?.url).toBe('https://api.example.test/gateway/api/v1/tenants/acme/service-accounts');
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer token-1');
    expect(await requests[0]?.json()).toEqual({ username: 'crm-sync', mode: 'agent' });
  });

  it('lists page after page, and asks for no page that nobody wants', async () => {
    const pages = [
      { status: 200, body: { items: [{ id: '1' }, { id: '2' }], nextCursor: 'c 2' } },
      { status: 200, body: { items: [{ id: '3' }], nextCursor: null } },
    ];
    const { client, requests } = clientOf(pages);
    const ids: string[] = [];
    for await (const { id } of client.list({ mode: 'agent', limit: 2 })) ids.push(id);
    expect(ids).toEqual(['1', '2', '3']);
    expect(requests.map(({ url }) => new URL(url).search)).toEqual([
      '?mode=agent&limit=2',
      '?mode=agent&limit=2&cursor=c%202',
    ]);
    const another = clientOf(pages);
    for await (const _ of another.client.list()) break;
    expect(another.requests).toHaveLength(1);
  });

  it('throws what the service refuses as an error with a code that types know', async () => {
    const { client } = clientOf([problem(409, 'username-taken')]);
    const error = await client.create({ username: 'crm-sync', mode: 'agent' }).catch((caught) => caught);
    expect(error).toBeInstanceOf(ServiceAccountsError);
    expect(error).toMatchObject({ code: 'username-taken', status: 409, problem: { requestId: 'r-1' } });
    expect(isProblem(error, 'username-taken')).toBe(true);
    expect(isProblem(error, 'rate-limited')).toBe(false);
    expectTypeOf<'username-taken'>().toExtend<ErrorCodeOf<'createServiceAccount'>>();
    expectTypeOf<'username-taken'>().not.toExtend<ErrorCodeOf<'getServiceAccount'>>();
  });

  it('throws a code of a later version of the service like any other', async () => {
    const { client } = clientOf([problem(409, 'not-yet-known')]);
    const error = await client.create({ username: 'crm-sync', mode: 'agent' }).catch((caught) => caught);
    expect(error).toMatchObject({ name: 'ServiceAccountsError', code: 'not-yet-known', status: 409 });
    expectTypeOf<'not-yet-known'>().toExtend<ServiceAccountsError['code']>();
  });

  it('makes a change depend on the version that the caller saw, and on none unless asked to', async () => {
    const answers = [...Array(4).fill({ status: 200, body: account }), { status: 204 }];
    for (const [options, sent] of [
      [{ ifMatch: 'v1' }, '"v1"'],
      [{}, null],
    ] as const) {
      const { client, requests } = clientOf(answers);
      await client.edit('a-1', { description: null }, options);
      await client.regenerateSecret('a-1', options);
      await client.activate('a-1', options);
      await client.deactivate('a-1', options);
      await client.delete('a-1', options);
      expect(requests.map(({ headers }) => headers.get('if-match'))).toEqual(Array(5).fill(sent));
    }
  });

  it("throws another error for what is not the service's answer", async () => {
    const { client } = clientOf([{ status: 404, body: { error: 'no route' } }]);
    const error = await client.get('a-1').catch((caught) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(isProblem(error)).toBe(false);
  });
});

describe('the client tries again', () => {
  it('after the time that Retry-After names, with a token of its own', async () => {
    const { client, requests } = clientOf([
      problem(429, 'rate-limited', { 'retry-after': '7' }),
      { status: 200, body: account },
    ]);
    const call = client.get('a-1');
    await vi.advanceTimersByTimeAsync(6_999);
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await call).toEqual(account);
    expect(requests[1]?.headers.get('authorization')).toBe('Bearer token-2');
  });

  it('three times at most, and then throws the refusal', async () => {
    const { client, requests } = clientOf([unavailable, unavailable, unavailable]);
    await expect(settled(client.edit('a-1', { username: 'x' }))).rejects.toMatchObject({
      code: 'keycloak-unavailable',
      retryAfterSeconds: 5,
    });
    expect(requests).toHaveLength(3);
    expect(await requests[2]?.json()).toEqual({ username: 'x' });
  });

  it('not when it would have to wait too long', async () => {
    const { client, requests } = clientOf([problem(429, 'rate-limited', { 'retry-after': '60' })]);
    await expect(settled(client.get('a-1'))).rejects.toMatchObject({
      code: 'rate-limited',
      retryAfterSeconds: 60,
    });
    expect(requests).toHaveLength(1);
  });

  it('when an answer is lost to a call that may be made twice, and not to one that may not', async () => {
    for (const lost of ['lost', problem(504, 'outcome-unknown')] as const) {
      const repeatable = clientOf([lost, { status: 200, body: account }]);
      expect(await settled(repeatable.client.deactivate('a-1'))).toEqual(account);
      const once = clientOf([lost]);
      await expect(settled(once.client.delete('a-1'))).rejects.toThrow();
      expect(once.requests).toHaveLength(1);
    }
  });

  it('no more once the caller has given up', async () => {
    const { client, requests } = clientOf([unavailable]);
    const giveUp = new AbortController();
    const call = client.get('a-1', { signal: giveUp.signal }).catch((error) => error);
    await vi.advanceTimersByTimeAsync(100);
    giveUp.abort(new Error('given up'));
    expect(await call).toMatchObject({ message: 'given up' });
    expect(requests).toHaveLength(1);
  });
});
