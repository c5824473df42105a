import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { keycloakSecretAttributes } from '../../../src/names.ts';
import { createTelemetry, publishMetrics } from '../../../src/observability/telemetry.ts';
import { auditedActions } from '../../../src/service-accounts/audit.ts';
import { warningDays } from '../../../src/service-accounts/secret-expiry.ts';
import { pathOf } from '../../support/accounts.ts';
import { attackedHouse } from '../../support/attacked-house.ts';
import { type Fault, type ProxiedCall, startProxy } from '../../support/live-proxy.ts';
import { type RequestOptions, startService } from '../../support/live-service.ts';

const secretPattern = /orki_sa_[0-9A-Za-z]{49}/g;
const tokenPattern = /eyJ[\w-]{10,}\./;

it('attack 29: a secret is in its one answer and nowhere else, whatever goes wrong', async () => {
  const { realm } = await attackedHouse();
  await realm.admin('PUT', '', { adminEventsEnabled: true, adminEventsDetailsEnabled: true });
  await using proxy = await startProxy(realm.url);
  const measured = { metrics: { host: '127.0.0.1', port: 0 }, tracesEndpoint: undefined };
  const telemetry = await createTelemetry(measured, proxy.url, auditedActions, warningDays);
  if (telemetry.metrics === undefined) throw new Error('no metrics');
  await using service = await startService(realm, {
    internalUrl: proxy.url,
    logLevel: 'trace',
    callTimeoutMs: 2_000,
    metrics: telemetry.metrics,
    observeKeycloak: telemetry.observeKeycloak,
  });
  const published = await publishMetrics(
    telemetry.metrics,
    measured.metrics,
    async () => ({ accounts: 0, tenants: 0, mostInOneTenant: 0 }),
    () => undefined,
  );
  onTestFinished(() => published.close());
  const disclosed: string[] = [];
  const elsewhere: string[] = [];
  /** What Keycloak kept in overlaps. */
  const rotated: string[] = [];

  /** Sends a request whose answer may hold a secret, and so many, or none at all. */
  async function send(options: RequestOptions, secrets: number) {
    const answer = await service.request(options);
    const found = answer.text.match(secretPattern) ?? [];
    expect([options.method ?? 'GET', options.path, answer.status, found.length]).toEqual([
      options.method ?? 'GET',
      options.path,
      answer.status,
      answer.status < 300 ? secrets : 0,
    ]);
    disclosed.push(...found);
    elsewhere.push(...(found.length > 0 ? [] : [answer.text]), ...[...answer.headers.values()]);
    return answer;
  }
  const collection = '/acme/service-accounts';
  const create = (extra: object = {}) =>
    send({ path: collection, method: 'POST', body: { username: randomUUID(), mode: 'agent', ...extra } }, 1);

  async function everything() {
    const created = await create({ description: 'canary' });
    const id: string = created.body?.id ?? randomUUID();
    const path = pathOf(id);
    const body = { username: created.body?.username ?? 'x', mode: 'agent' };
    await send({ path: collection, method: 'POST', body }, 1);
    await send({ path, method: 'PATCH', body: { mode: 'custom', permissions: ['ai:use'] } }, 0);
    await send({ path, method: 'PATCH', body: { secret: 'x' } }, 0);
    await send({ path: `${path}/deactivate`, method: 'POST' }, 0);
    await send({ path: `${path}/regenerate-secret`, method: 'POST' }, 1);
    await send({ path: `${path}/activate`, method: 'POST' }, 0);
    // From here on Keycloak has two secrets of the account, one of them among its attributes.
    await send({ path: `${path}/regenerate-secret`, method: 'POST', body: { overlapSeconds: 600 } }, 1);
    await send({ path, method: 'PATCH', body: { description: 'edited in an overlap' } }, 0);
    for (const read of [path, `${path}/history`, collection, '/acme/revocations'])
      await send({ path: read }, 0);
    await send({ path: `${path}/revoke-tokens`, method: 'POST' }, 0);
    await send({ path: `${path}/deactivate`, method: 'POST', body: { revokeTokens: true } }, 0);
    await send({ path: `${path}/activate`, method: 'POST' }, 0);
    const kept = (await realm.clientInKeycloak(id))?.attributes[keycloakSecretAttributes.rotated];
    if (kept !== undefined) rotated.push(kept);
    await send({ path: `${path}/regenerate-secret`, method: 'POST', body: { overlapSeconds: 60 } }, 1);
    await send({ path, method: 'GET' }, 0);
    await send({ path: `${path}/previous-secret`, method: 'DELETE' }, 0);
    await send({ path: `${path}/regenerate-secret`, method: 'POST', body: { overlapSeconds: 60 } }, 1);
    await send({ path: `${path}/regenerate-secret`, method: 'POST', as: 'viewer' }, 0);
    for (const read of [path, `${collection}?limit=100`, '/acme/permissions']) await send({ path: read }, 0);
    await send({ path, method: 'DELETE' }, 0);
    await send({ path }, 0);
  }

  await everything();
  const isChange = ({ method, path }: ProxiedCall) => method !== 'GET' && path.includes('/clients');
  for (const fault of ['fail', 'lose-answer'] satisfies Fault[]) {
    for (const nth of [2, 5, 8]) {
      let changes = 0;
      proxy.faults = (call) => {
        if (!isChange(call)) return 'none';
        changes += 1;
        return changes === nth ? fault : 'none';
      };
      await everything();
    }
  }
  proxy.faults = () => 'none';

  expect(new Set(disclosed).size).toBe(disclosed.length);
  expect(disclosed.length).toBeGreaterThan(3);
  const events = (await realm.admin('GET', '/admin-events?max=1000')).body;
  expect(events.some(({ authDetails }: { authDetails: { clientId: string } }) => authDetails?.clientId)).toBe(
    true,
  );
  // The search is for those that Keycloak kept in overlaps, too.
  expect(rotated.length).toBeGreaterThan(3);
  for (const secret of rotated) expect(disclosed).toContain(secret);
  const metrics = await (await fetch(published.url)).text();
  expect(metrics).toContain('keycloak');
  const everywhere = [
    ...service.log,
    ...elsewhere,
    metrics,
    JSON.stringify(service.audit),
    JSON.stringify(events),
  ];
  for (const place of everywhere) {
    expect(place.match(secretPattern) ?? []).toEqual([]);
    expect(place).not.toContain(realm.secret);
    expect(place).not.toMatch(tokenPattern);
  }
  expect(service.log.length).toBeGreaterThan(50);
});
