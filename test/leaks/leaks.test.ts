import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { handleReport, type LeakAction, type ReportedSecret } from '../../src/leaks/handle-report.ts';
import { readReportKeys } from '../../src/leaks/report-keys.ts';
import type { AuditRecord } from '../../src/service-accounts/audit.ts';
import { createSecret } from '../../src/service-accounts/secret.ts';
import type { WebhookEvent } from '../../src/upkeep/webhook.ts';
import { created, pathOf } from '../support/accounts.ts';
import type { InMemoryKeycloak } from '../support/in-memory-keycloak.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;
const published = (...keys: KeyObject[]) =>
  JSON.stringify({
    public_keys: keys.map((key, index) => ({
      key_identifier: `key-${index}`,
      key: pemOf(key),
      is_current: true,
    })),
  });
const keys = readReportKeys(published(publicKey));

/** The service with the handling of reports, which a test can wait for. */
async function withLeaks(action: LeakAction = 'deactivate') {
  const records: AuditRecord[] = [];
  const events: WebhookEvent[] = [];
  const failures: unknown[] = [];
  const underWay: Promise<void>[] = [];
  let keycloak: InMemoryKeycloak | undefined;
  const handle = (reported: readonly ReportedSecret[]) => {
    const from = keycloak;
    if (from === undefined) throw new Error('not started');
    const handling = handleReport(
      {
        action,
        async *accounts() {
          for (const { account } of [...from.clients.values()]) yield account;
        },
        connect: () => from.connect({ signal: AbortSignal.timeout(5_000) }),
        auditLog: (record) => void records.push(record),
        send: async (event) => void events.push(event),
        onFailure: (error) => void failures.push(error),
      },
      reported,
    );
    underWay.push(handling);
    return handling;
  };
  const service = await testApp({ leaks: { keys, handle } });
  keycloak = service.keycloak;
  return { ...service, records, events, failures, settled: () => Promise.all(underWay) };
}

const match = (token: string) => ({
  token,
  type: 'orki_service_account',
  url: 'https://x.test/y',
  source: 'content',
});

function report(
  { app }: TestApp,
  body: string | object,
  { key = privateKey, signed = body, identifier = 'key-0' } = {},
) {
  const text = (value: string | object) => (typeof value === 'string' ? value : JSON.stringify(value));
  return app.inject({
    method: 'POST',
    url: '/api/v1/leaks',
    headers: {
      'content-type': 'application/json',
      'github-public-key-identifier': identifier,
      'github-public-key-signature': sign('sha256', Buffer.from(text(signed)), key).toString('base64'),
    },
    payload: text(body),
  });
}

describe('a report of a leaked secret', () => {
  it('that is signed is answered alike whether the secret is one, was one, or never was', async () => {
    const service = await withLeaks('report');
    const { id, clientSecret } = await created(service);
    const { clientSecret: current } = (
      await service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret` })
    ).body;
    const answers = [];
    for (const token of [current, clientSecret, createSecret().value, 'something else']) {
      const { statusCode, headers, body } = await report(service, [match(token)]);
      const { 'x-request-id': _, date: __, ...alike } = headers;
      answers.push({ statusCode, alike, body });
      await service.settled();
    }
    expect(answers[0]).toMatchObject({ statusCode: 202, body: '' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(service.records).toHaveLength(1);
  });

  it('deactivates the account, revokes its tokens, and leaves a record and an event without the secret', async () => {
    const service = await withLeaks();
    const { id, clientId, clientSecret } = await created(service);
    const other = await created(service, { username: 'Another' });
    await report(service, [match(clientSecret)]);
    await service.settled();
    const { body } = await service.request({ path: pathOf(id) });
    expect(body).toMatchObject({ status: 'inactive', tokensRevokedBefore: expect.any(String) });
    expect((await service.request({ path: pathOf(other.id) })).body.status).toBe('active');
    const { changes } = (await service.request({ path: `${pathOf(id)}/history` })).body;
    expect(changes[0]).toMatchObject({
      action: 'deactivate',
      by: { username: expect.stringContaining('leaked') },
    });
    expect(service.records).toMatchObject([
      {
        action: 'secret-leaked',
        tenant: 'acme',
        account: { id, clientId },
        before: { status: 'active' },
        after: { status: 'inactive' },
      },
    ]);
    expect(service.events).toMatchObject([
      { type: 'service_account.secret_leaked', data: { id, deactivated: true, url: 'https://x.test/y' } },
    ]);
    const digest = createHash('sha256').update(clientSecret).digest('hex');
    const written = [service.log, service.records, service.events, service.audit, service.failures];
    for (const text of written.map((lines) => JSON.stringify(lines))) {
      expect(text).not.toContain(clientSecret);
      expect(text).not.toContain(digest);
    }
  });

  it('finds the previous secret while an overlap keeps it valid, and not when it has ended', async () => {
    const service = await withLeaks('report');
    const { id, clientSecret } = await created(service);
    const body = { overlapSeconds: 600 };
    await service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret`, body });
    await report(service, [match(clientSecret)]);
    await service.settled();
    expect(service.records).toHaveLength(1);
    await service.request({ method: 'DELETE', path: `${pathOf(id)}/previous-secret` });
    await report(service, [match(clientSecret)]);
    await service.settled();
    expect(service.records).toHaveLength(1);
  });

  it('only reports where the operator wants no more', async () => {
    const service = await withLeaks('report');
    const { id, clientSecret } = await created(service);
    await report(service, [match(clientSecret)]);
    await service.settled();
    expect((await service.request({ path: pathOf(id) })).body.status).toBe('active');
    expect(service.events).toMatchObject([{ data: { deactivated: false } }]);
  });

  it('is carried out also when Keycloak fails at first', async () => {
    const service = await withLeaks();
    const { id, clientSecret } = await created(service);
    let failing = true;
    service.keycloak.beforeCall = (method) => {
      if (method !== 'setStatus' || !failing) return;
      failing = false;
      throw new Error('Keycloak is on fire');
    };
    await report(service, [match(clientSecret)]);
    await service.settled();
    expect(service.failures).toHaveLength(1);
    expect((await service.request({ path: pathOf(id) })).body.status).toBe('inactive');
  });

  it.each<[string, object]>([
    ['another body', { signed: [match('another')] }],
    ['another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
    ['a key that is not configured', { identifier: 'key-1' }],
    ['an identifier of every object', { identifier: '__proto__' }],
  ])('signed for %s is refused and changes nothing', async (_, options) => {
    const service = await withLeaks();
    const { id, clientSecret } = await created(service);
    const answer = await report(service, [match(clientSecret)], options);
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'signature-invalid' });
    await setImmediate();
    await service.settled();
    expect((await service.request({ path: pathOf(id) })).body.status).toBe('active');
  });

  it.each(['{}', 'not JSON', '[{"type":"x"}]', '[5]'])(
    'that is none (%s) is a 400, once it is signed',
    async (body) => {
      const service = await withLeaks();
      const answer = await report(service, body);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'invalid-request' });
    },
  );

  it('without a signature is refused, and where no reports are taken there is no such route', async () => {
    const service = await withLeaks();
    const request = { method: 'POST', url: '/api/v1/leaks', payload: [match('x')] } as const;
    expect((await service.app.inject(request)).statusCode).toBe(403);
    const off = await testApp();
    expect((await off.app.inject(request)).json()).toMatchObject({ status: 404, code: 'route-not-found' });
  });
});

describe("the scanner's keys", () => {
  it('are read as they are published, several at once', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    expect([...readReportKeys(published(publicKey, other)).keys()]).toEqual(['key-0', 'key-1']);
  });

  it.each([
    ['', 'has to be JSON with public_keys'],
    ['{"public_keys":[]}', 'has to be JSON with public_keys'],
    ['{"public_keys":[{"key_identifier":"a","key":"canary"}]}', 'no public key of the curve P-256'],
    [
      published(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
      'no public key of the curve P-256',
    ],
  ])('are refused, with nothing of them said, when they are none: %s', (text, words) => {
    expect(() => readReportKeys(text)).toThrow(words);
    expect(() => readReportKeys(text)).not.toThrow('canary');
  });
});
