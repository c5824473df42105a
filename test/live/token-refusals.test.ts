import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LiveService, liveService } from '../support/live-service.ts';

/* What docs/integrators.md says of refusals, held against Keycloak's token URL. */
let live: LiveService;
beforeAll(async () => {
  live = await liveService('refusals');
});
afterAll(() => live[Symbol.asyncDispose]());

const page = readFileSync(new URL('../../docs/integrators.md', import.meta.url), 'utf8');
/** "401 `invalid_client`", and what is wrong then. */
const rows = [...page.matchAll(/^\| (\d{3}) `(\w+)` \| (.+?) \|/gm)].map(
  ([, status, error, reasons = '']) => ({
    refusal: `${status} ${error}`,
    reasons,
  }),
);

const grant = 'client_credentials';
type Form = Record<string, string>;
/** A request for each reason that the table names, by words of that reason. */
const requests: [words: string, change: (form: Form) => Form | string][] = [
  ['`client_secret` is missing', ({ client_secret: _, ...form }) => form],
  ['`client_secret` is missing or wrong', (form) => ({ ...form, client_secret: 'wrong' })],
  ['`client_id` is missing', ({ client_id: _, ...form }) => form],
  ['no active account has it', (form) => ({ ...form, client_id: 'sa-unknown' })],
  ['`grant_type` is missing', ({ grant_type: _, ...form }) => form],
  ['a field is sent twice', (form) => `${new URLSearchParams(form)}&client_id=${form.client_id}`],
  ['the body is not a form', (form) => JSON.stringify(form)],
  ['Keycloak does not know this `grant_type`', (form) => ({ ...form, grant_type: 'secret' })],
  [
    'service accounts may not use this `grant_type`',
    (form) => ({ ...form, grant_type: 'password', username: 'a', password: 'b' }),
  ],
  ['such as a permission', (form) => ({ ...form, scope: 'customers:read' })],
];

async function refusalOf(body: Form | string): Promise<string> {
  const response = await fetch(live.realm.tokenUrl, {
    method: 'POST',
    headers: {
      'content-type':
        typeof body === 'string' && body.startsWith('{')
          ? 'application/json'
          : 'application/x-www-form-urlencoded',
    },
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
  });
  const { error } = (await response.json()) as { error?: string };
  return `${response.status} ${error}`;
}

async function formOf(username: string): Promise<{ id: string; form: Form }> {
  const { id, clientId, clientSecret } = await live.create({ username, mode: 'agent' });
  return { id, form: { grant_type: grant, client_id: clientId, client_secret: clientSecret } };
}

describe('a refusal at the token URL is what docs/integrators.md says', () => {
  it.each(requests)('where %s', async (words, change) => {
    const { form } = await formOf(`Refused ${requests.findIndex(([other]) => other === words)}`);
    const [row, ...others] = rows.filter(({ reasons }) => reasons.includes(words));
    expect(others).toEqual([]);
    expect(await refusalOf(change(form))).toBe(row?.refusal);
  });

  it.each(['deactivated', 'deleted', 'regenerated'] as const)(
    'where the account or its secret was %s',
    async (what) => {
      const { id, form } = await formOf(`Was ${what}`);
      expect(await refusalOf(form)).toBe('200 undefined');
      if (what === 'deleted') await live.realm.admin('DELETE', `/clients/${id}`);
      else
        await live.realm.admin(
          'PUT',
          `/clients/${id}`,
          what === 'deactivated' ? { enabled: false } : { secret: 'another' },
        );
      expect(await refusalOf(form)).toBe(rows.find(({ reasons }) => reasons.includes(what))?.refusal);
    },
  );

  it('and each row of its table is tried', () => {
    const untried = rows.filter(({ reasons }) => !requests.some(([words]) => reasons.includes(words)));
    expect(rows.length).toBe(6);
    expect(untried).toEqual([]);
  });

  it.each([
    ['404', (url: string) => fetch(url.replace('/realms/', '/realms/not-'), { method: 'POST' })],
    ['405', (url: string) => fetch(url)],
  ])('%s is for another realm and another method', async (status, request) => {
    expect(page).toMatch(/^\| 404, 405 \|/m);
    expect((await request(live.realm.tokenUrl)).status).toBe(Number(status));
  });
});
