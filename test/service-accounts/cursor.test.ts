import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../../src/service-accounts/cursor.ts';
import { created } from '../support/accounts.ts';
import { type Person, type TestApp, testApp } from '../support/test-app.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refused = {
  status: 400,
  body: { code: 'invalid-request', errors: [{ in: 'query', pointer: '/cursor', code: 'invalid-cursor' }] },
};

async function withThree(): Promise<TestApp> {
  const service = await testApp();
  for (const tenantId of ['acme', 'globex']) {
    for (const username of ['one', 'two', 'three']) await created(service, { username }, { tenantId });
  }
  return service;
}

const list = (service: TestApp, query: string, person: Person = {}) =>
  service.request({ ...person, path: `/${person.tenantId ?? 'acme'}/service-accounts?limit=1&${query}` });

describe('a cursor', () => {
  it.each([
    '',
    'x',
    '%00',
    encode(null),
    encode('text'),
    encode({}),
    encode({ after: 'x', at: 0 }),
    encode({ after: 'x', at: 0, of: 'made up' }),
    encode({ after: 'x', at: 0, of: ['made up'] }),
    '../../../etc/passwd',
  ])('that is malformed is refused before any call to Keycloak: %j', async (cursor) => {
    const service = await testApp();
    expect(await list(service, `cursor=${cursor}`)).toMatchObject(refused);
    expect(service.keycloak.calls.filter((call) => call !== 'catalogue')).toEqual([]);
  });

  it.each([
    { after: 'x', at: -1 },
    { after: 'x', at: 1e9 },
    { after: 'x', at: 0.5 },
    { after: 'x\n', at: 0 },
    { after: 'x'.repeat(256), at: 0 },
    { after: '', at: 0 },
    { after: 'x', at: 0, first: 0 },
  ])('with the right digest and a position that is none is refused: %j', async (position) => {
    const service = await testApp();
    const cursor = encodeCursor(position, ['acme', undefined, undefined, undefined]);
    expect(await list(service, `cursor=${cursor}`)).toMatchObject(refused);
  });

  it.each(['mode=agent', 'status=active', 'search=o', 'search='])(
    'of the whole list is refused with the filter %s, and the other way round',
    async (filter) => {
      const service = await withThree();
      const whole = await list(service, '');
      const filtered = await list(service, filter);
      expect(await list(service, `${filter}&cursor=${whole.body.nextCursor}`)).toMatchObject(refused);
      expect(await list(service, `cursor=${filtered.body.nextCursor}`)).toMatchObject(refused);
      expect((await list(service, `${filter}&cursor=${filtered.body.nextCursor}`)).status).toBe(200);
    },
  );

  it('of another tenant is refused', async () => {
    const service = await withThree();
    const { body } = await list(service, '', { tenantId: 'globex' });
    expect(await list(service, `cursor=${body.nextCursor}`)).toMatchObject(refused);
  });

  it.each(['orki-sa-', '!', '~~~~'])(
    'that is a good forgery shows the accounts of the caller alone: %s',
    async (after) => {
      const service = await withThree();
      const cursor = encodeCursor({ after, at: 3 }, ['acme', undefined, undefined, undefined]);
      const answer = await list(service, `cursor=${cursor}`);
      expect(answer.status).toBe(200);
      for (const item of answer.body.items) {
        expect(service.keycloak.clients.get(item.id)?.account.tenantId).toBe('acme');
      }
    },
  );

  it('that points far behind the end takes a few calls, not one for every page in between', async () => {
    const service = await withThree();
    const calls = service.keycloak.calls.length;
    const cursor = encodeCursor({ after: '!', at: 1_000_000 }, ['acme', undefined, undefined, undefined]);
    expect((await list(service, `cursor=${cursor}`)).status).toBe(200);
    expect(service.keycloak.calls.length - calls).toBeLessThan(30);
  });

  it('can be used with another limit', async () => {
    const service = await withThree();
    const { body } = await list(service, '');
    const rest = await service.request({ path: `/acme/service-accounts?limit=50&cursor=${body.nextCursor}` });
    expect(rest.body.items).toHaveLength(2);
  });
});
