import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { outcomeUnknown, keycloakUnavailable as unavailable } from '../../src/errors.ts';
import { keycloakGateway } from '../../src/keycloak/accounts/keycloak-gateway.ts';
import { createLockSlots } from '../../src/keycloak/accounts/lock-slots.ts';
import { createRealmObjects } from '../../src/keycloak/accounts/realm-objects.ts';
import type { AdminAnswer, AdminApi, AdminCall } from '../../src/keycloak/calls/admin-api.ts';

interface Role {
  readonly id: string;
  readonly name: string;
  readonly attributes: { 'orki.expires-at': [string] };
}

const leaseMs = 40_000;
const stamp = { at: '2026-11-23T10:00:00.000Z', by: { subject: 's', username: 'u' }, history: [] };
const keycloakUnavailable = expect.objectContaining({ code: 'keycloak-unavailable' });

/** A gateway over roles in memory; `spoil` answers, or fails, in place of a call. */
function lockedBy(spoil: (call: AdminCall) => AdminAnswer | undefined = () => undefined) {
  const roles: Role[] = [];
  const calls: string[] = [];
  const api: AdminApi = async (call, _signal, fence) => {
    if (fence?.isClosed()) throw unavailable('the fence has closed');
    calls.push(call.operation);
    const spoilt = spoil(call);
    if (spoilt !== undefined && !call.expected?.includes(spoilt.status)) throw outcomeUnknown(spoilt);
    if (spoilt !== undefined) return spoilt;
    const { method, path, query, body } = call;
    const last = path.split('/').at(-1);
    if (path === '/clients')
      return { status: 200, body: [{ id: `id of ${query?.clientId}`, clientId: query?.clientId }] };
    if (method === 'POST') roles.push({ id: randomUUID(), ...(body as Omit<Role, 'id'>) });
    if (method === 'GET') {
      const found = roles.find(({ name }) => name === last);
      return found === undefined ? { status: 404, body: undefined } : { status: 200, body: found };
    }
    const index = roles.findIndex(({ id }) => id === last);
    if (method === 'DELETE') roles.splice(index, 1);
    if (method === 'PUT' && path.startsWith('/roles-by-id/')) {
      const renamed = { ...(roles[index] as Role), ...(body as Partial<Role>) };
      if (roles.some(({ name, id }) => name === renamed.name && id !== last))
        return { status: 409, body: undefined };
      roles[index] = renamed;
    }
    return { status: 204, body: undefined };
  };
  const connect = keycloakGateway(
    api,
    createRealmObjects(api, 1_000),
    createLockSlots(leaseMs),
    () => 300_000,
  );
  return { roles, calls, gateway: () => connect({ signal: AbortSignal.timeout(10_000) }) };
}

/** The process stands still for so long; its timers have not run yet when it goes on. */
function suspend(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}
afterEach(() => void vi.restoreAllMocks());

describe('the lock of an account', () => {
  it('that was not taken, for want of an answer, leaves no doubt about the account', async () => {
    const { gateway } = lockedBy(({ operation }) => {
      if (operation === 'make lock') throw outcomeUnknown(new Error('no answer'));
      return undefined;
    });
    await expect(gateway().lockAccount('acme', randomUUID())).rejects.toEqual(keycloakUnavailable);
  });

  it('that has expired is had by one who finds it being broken by another (500)', async () => {
    const id = randomUUID();
    let breaks = 0;
    const { gateway, roles } = lockedBy(({ operation, path }) => {
      if (operation !== 'break lock' || breaks++ > 0) return undefined;
      roles.splice(
        roles.findIndex((role) => path.endsWith(role.id)),
        1,
      );
      return { status: 500, body: undefined };
    });
    await gateway().lockAccount('acme', id);
    const [left] = roles;
    if (left) roles[0] = { ...left, attributes: { 'orki.expires-at': [new Date(0).toISOString()] } };
    const lock = await gateway().lockAccount('acme', id);
    expect(breaks).toBe(1);
    await lock.release();
    expect(roles.map(({ name }) => name)).toEqual([expect.stringMatching(/^idle\./)]);
  });
});

describe('a turn that is not to be had', () => {
  const turn = 'turn.sweep';
  const held = (expiresAt: number): Role => ({
    id: randomUUID(),
    name: turn,
    attributes: { 'orki.expires-at': [new Date(expiresAt).toISOString()] },
  });

  it.each([
    {
      title: 'that was given up at that moment',
      expiresAt: Date.now() + leaseMs,
      spoil: ({ operation, path }: AdminCall) =>
        operation === 'read lock' && path.endsWith(turn) ? { status: 404, body: undefined } : undefined,
    },
    {
      title: 'that another replica breaks at that moment (500)',
      expiresAt: 0,
      spoil: ({ operation }: AdminCall) =>
        operation === 'break lock' ? { status: 500, body: undefined } : undefined,
    },
  ])('because of one $title leaves the slot for the next lock', async ({ expiresAt, spoil }) => {
    const { gateway, roles, calls } = lockedBy(spoil);
    roles.push(held(expiresAt));
    expect(await gateway().takeTurn('sweep', 1_000)).toBe(false);
    await (await gateway().lockAccount('acme', randomUUID())).release();
    expect(calls.filter((operation) => operation === 'make lock')).toHaveLength(1);
  });
});

describe('a process that was suspended', () => {
  it('sends nothing more once the lock that it holds may have expired', async () => {
    const { gateway, calls } = lockedBy();
    const request = gateway();
    await request.lockAccount('acme', randomUUID());
    suspend(leaseMs / 2);
    await expect(request.setStatus(randomUUID(), { active: true }, stamp)).rejects.toEqual(
      keycloakUnavailable,
    );
    expect(calls).not.toContain('activate account');
  });

  it.each([
    {
      isAnswered: true,
      title: 'sends nothing more once the username that it reserved may count as abandoned',
    },
    { isAnswered: false, title: 'nor when the answer to that was lost' },
  ])('$title', async ({ isAnswered }) => {
    const { gateway, calls, roles } = lockedBy(({ operation, body }) => {
      if (operation !== 'reserve username' || isAnswered) return undefined;
      roles.push({ id: randomUUID(), ...(body as Omit<Role, 'id'>) });
      throw outcomeUnknown(new Error('no answer'));
    });
    const request = gateway();
    const holder = { accountId: randomUUID(), reservedAt: new Date().toISOString() };
    expect(await request.tryReserveUsername('acme', 'Zapier', holder)).toBe('reserved');
    suspend(20_000);
    await expect(request.finishAccount(holder.accountId)).rejects.toEqual(keycloakUnavailable);
    expect(calls).not.toContain('finish account');
  });
});
