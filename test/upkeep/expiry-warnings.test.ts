import { describe, expect, it } from 'vitest';
import { warningAttributes } from '../../src/keycloak/accounts/account-representation.ts';
import { clientAttributes } from '../../src/names.ts';
import type { AuditRecord } from '../../src/service-accounts/audit.ts';
import { daysOfDueWarnings } from '../../src/service-accounts/secret-expiry.ts';
import { expiryWatch } from '../../src/upkeep/expiry-watch.ts';
import { sweep } from '../../src/upkeep/sweep.ts';
import type { WebhookEvent } from '../../src/upkeep/webhook.ts';
import { pathOf } from '../support/accounts.ts';
import { accountTargets } from '../support/sweep-targets.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const dayMs = 86_400_000;

/** A service, and what its sweeps tell and write down. */
async function watched() {
  const service = await testApp();
  const events: WebhookEvent[] = [];
  const audit: AuditRecord[] = [];
  const failures: unknown[] = [];
  const receiver = { isDown: false };
  const send = async (event: WebhookEvent) => {
    if (receiver.isDown) throw new Error('no answer');
    events.push(event);
  };
  const watch = expiryWatch((record) => void audit.push(record), undefined, send);
  /** One sweep of one replica, so many days from now, in which no account has its turn to be compared unless `sliceSize` is given. */
  const sweepAfter = (days: number, sliceSize = 0) =>
    sweep({
      targets: accountTargets(service.keycloak),
      sliceSize,
      connect: () => service.keycloak.connect({ signal: AbortSignal.timeout(5_000) }),
      now: () => Date.now() + days * dayMs,
      watch,
      onRepair: () => undefined,
      onFailure: (error) => void failures.push(error),
    });
  return { service, events, audit, failures, receiver, sweepAfter };
}

async function ending(service: TestApp, secretLifetimeDays: number) {
  const body = { username: `Ends in ${secretLifetimeDays}`, mode: 'agent', secretLifetimeDays };
  return (await service.request({ method: 'POST', body })).body;
}

describe('a warning before a secret ends', () => {
  it('is given at thirty, seven and one days, once each, however many replicas sweep and however often', async () => {
    const { service, events, audit, sweepAfter } = await watched();
    const { id, version } = await ending(service, 90);
    for (const day of [0, 59.9, 60.1, 75, 82.9, 83.1, 88.9, 89.1, 89.9, 90.1, 120]) {
      await Promise.all([sweepAfter(day), sweepAfter(day), sweepAfter(day)]);
    }
    expect(events.map(({ data }) => data.days)).toEqual([30, 7, 1]);
    expect(audit.map(({ action, account }) => [action, account?.id])).toEqual(
      Array(3).fill(['secret-expiring', id]),
    );
    expect((await service.request({ path: pathOf(id) })).body.version).toBe(version);
  });

  it('says which secret of which account ends when, and holds none', async () => {
    const { service, events, audit, sweepAfter } = await watched();
    const { id, clientId, username, permissions, clientSecret, secretExpiresAt } = await ending(service, 90);
    expect(permissions).toContain('customers:read');
    await sweepAfter(61);
    expect(events).toEqual([
      {
        id: expect.stringContaining(id),
        type: 'service_account.secret_expiring',
        data: { tenantId: 'acme', id, clientId, username, secretExpiresAt, days: 30 },
      },
    ]);
    const after = { secretExpiresAt, permissions };
    expect(audit[0]).toMatchObject({ outcome: 'done', tenant: 'acme', after });
    expect(JSON.stringify([events, audit])).not.toContain(clientSecret);
  });

  it('that comes late is the latest one alone, and one longer than the life of the secret is none', async () => {
    const { service, events, sweepAfter } = await watched();
    await ending(service, 90);
    await sweepAfter(89.5);
    await ending(service, 7);
    await sweepAfter(0);
    await sweepAfter(6.5);
    expect(events.map(({ data }) => [data.username, data.days])).toEqual([
      ['Ends in 90', 1],
      ['Ends in 7', 1],
    ]);
  });

  it('is noted by the day on which it is due, until it was given, and by the day of the next one then', () => {
    const secret = {
      secretCreatedAt: '2026-01-01T12:00:00.000Z',
      secretExpiresAt: '2026-03-31T12:00:00.000Z',
    };
    const dueAfter = (warnedDays: number | null, times = secret) =>
      warningAttributes({ ...times }, warnedDays)[clientAttributes.warningDue];
    expect([null, 30, 7, 1].map((warned) => dueAfter(warned))).toEqual([
      '2026-03-01',
      '2026-03-24',
      '2026-03-30',
      '',
    ]);
    expect(dueAfter(null, { ...secret, secretCreatedAt: '2026-03-25T12:00:00.000Z' })).toBe('2026-03-30');
    expect(dueAfter(null, { ...secret, secretCreatedAt: '2026-03-30T12:00:00.000Z' })).toBe('');
  });

  it('is looked for from the day on which it is due, and for as long as the secret lasts', () => {
    const isLookedFor = (at: string) => daysOfDueWarnings(Date.parse(at)).includes('2026-03-01');
    expect(isLookedFor('2026-02-28T23:59:59.999Z')).toBe(false);
    expect(isLookedFor('2026-03-01T00:00:00.000Z')).toBe(true);
    // The last moment of a secret that was to be warned of on that day.
    expect(isLookedFor('2026-03-31T23:59:59.999Z')).toBe(true);
    expect(isLookedFor('2026-04-02T00:00:00.000Z')).toBe(false);
  });

  it('begins anew with a new secret, and is not given for an inactive account', async () => {
    const { service, events, sweepAfter } = await watched();
    const { id } = await ending(service, 31);
    await sweepAfter(2);
    await service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret` });
    await sweepAfter(2);
    expect(events.map(({ data }) => data.days)).toEqual([30, 30]);
    expect(new Set(events.map((event) => event.id)).size).toBe(2);
    await service.request({ method: 'POST', path: `${pathOf(id)}/deactivate` });
    await sweepAfter(25);
    expect(events).toHaveLength(2);
  });

  it('that the receiver did not take is sent by the next sweep, with the same id, and counts once', async () => {
    const { service, events, audit, failures, receiver, sweepAfter } = await watched();
    await ending(service, 90);
    receiver.isDown = true;
    // Once a sweep, also where the account is compared as well.
    await sweepAfter(61, 100);
    expect(failures).toMatchObject([{ message: 'no answer' }]);
    expect(audit).toEqual([]);
    receiver.isDown = false;
    await sweepAfter(61.1);
    expect(events).toHaveLength(1);
    expect(audit).toHaveLength(1);
  });
});
