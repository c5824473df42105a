import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestToken } from '../support/live-oauth.ts';
import { choose, finish, type LivePage, livePage, rowOf, shownSecret } from './support/settings-page.ts';

let live: LivePage;
beforeAll(async () => {
  live = await livePage('keys');
});
afterAll(() => live?.[Symbol.asyncDispose]());

const newPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
type Pair = ReturnType<typeof newPair>;
const pemOf = ({ publicKey }: Pair) => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const jwkOf = ({ publicKey }: Pair, kid: string) => ({ ...publicKey.export({ format: 'jwk' }), kid });

/** The status of the token URL's answer to an integration that signs with a key. */
async function statusBy({ privateKey }: Pair, clientId: string, kid?: string): Promise<number> {
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', ...(kid && { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(live.realm.issuer)
    .setIssuedAt()
    .setExpirationTime('30s')
    .sign(privateKey);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
  return (await fetch(live.realm.tokenUrl, { method: 'POST', body })).status;
}
const statusAt = async (clientId: string, clientSecret: string) =>
  (await requestToken(live.realm.tokenUrl, { clientId, clientSecret })).status;
const read = async (id: string) =>
  (await live.service.request({ path: `/acme/service-accounts/${id}` })).body;
const announced = (page: Page, text: string) => page.getByRole('status').getByText(text).waitFor();
const field = (page: Page) => page.locator('.key-input');

describe('an account with a public key', () => {
  it('is made without a secret, and obtains tokens by signing', async () => {
    const pair = newPair();
    const { page, context, complaints } = await live.open('admin');
    await page.getByRole('button', { name: 'Create Service Account' }).first().click();
    const form = page.getByRole('dialog', { name: 'Create Service Account' });
    await form.getByRole('textbox', { name: 'Username' }).fill('Signs');
    await form.getByText('Agent', { exact: true }).click();
    await form.getByText('Public key', { exact: true }).click();
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByText('Add a public key.').waitFor();
    expect(await field(page).evaluate((area) => area === document.activeElement)).toBe(true);
    await field(page).fill(pemOf(pair));
    await form.getByText('Key named by its thumbprint').waitFor();
    await form.getByRole('button', { name: 'Review' }).click();
    await page.getByText('There is no secret.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Create Service Account' }).click();
    await announced(page, 'Signs was created.');
    await rowOf(page, 'Signs').getByText('Key, ES256').waitFor();
    const clientId = await clientIdOf('Signs');
    expect(await statusBy(pair, clientId)).toBe(200);
    expect(await statusBy(newPair(), clientId)).toBe(400);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('changes over to the next key without an outage, from a file, and to that one alone', async () => {
    const [first, next] = [newPair(), newPair()];
    const credentials = { type: 'jwks', keys: [jwkOf(first, 'first')] };
    const { id, clientId } = await live.create({ username: 'Changes over', mode: 'agent', credentials });
    const { page, context, complaints } = await live.open('admin', `/${id}`);
    await page.getByRole('button', { name: 'Replace Keys' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Public keys of Changes over' });
    await dialog.getByText('Nothing has been changed yet.').waitFor();
    const text = JSON.stringify({ keys: [jwkOf(next, 'next')] });
    const file = { name: 'next.jwks', mimeType: 'application/json', buffer: Buffer.from(text) };
    await page.locator('input[type=file]').setInputFiles(file);
    await dialog.getByText('Two keys, which both work.').waitFor();
    // The field is gone, and the focus did not go with it.
    await dialog.locator('button[aria-label="Remove the key next"]:focus').waitFor();
    await dialog.getByRole('button', { name: 'Save keys' }).click();
    await announced(page, 'The keys of Changes over were saved.');
    const both = [await statusBy(first, clientId, 'first'), await statusBy(next, clientId, 'next')];
    expect(both).toEqual([200, 200]);

    await page.getByRole('button', { name: 'Replace Keys' }).click();
    await dialog.getByRole('button', { name: 'Remove the key first' }).click();
    await dialog.getByRole('button', { name: 'Save keys' }).click();
    await dialog.waitFor({ state: 'detached' });
    const alone = [await statusBy(first, clientId, 'first'), await statusBy(next, clientId, 'next')];
    expect(alone).toEqual([400, 200]);
    await page.getByText('Public keys replaced').first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('had a secret, which ends with the change, and gets another one in place of its keys', async () => {
    const pair = newPair();
    const { id, clientId, clientSecret } = await live.create({ username: 'There and back', mode: 'agent' });
    const { page, context, complaints } = await live.open('admin');
    await choose(page, 'There and back', 'Use Public Keys');
    await page.getByText('The client_secret stops working when you save.').waitFor();
    await field(page).fill(pemOf(pair));
    await page.getByRole('button', { name: 'Save keys' }).click();
    await rowOf(page, 'There and back').getByText('Key, ES256').waitFor();
    expect([await statusAt(clientId, clientSecret), await statusBy(pair, clientId)]).toEqual([400, 200]);

    await choose(page, 'There and back', 'Use a Secret');
    await page.getByText('Its keys stop working now.').waitFor();
    await page.getByRole('button', { name: 'Use a Secret' }).click();
    const secret = await shownSecret(page);
    await finish(page);
    expect([await statusAt(clientId, secret), await statusBy(pair, clientId)]).toEqual([200, 401]);
    expect(await read(id)).toMatchObject({ credentials: { type: 'secret', keys: [] } });
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('what is no public key', () => {
  it('is never sent when it is a private one, and does not stay on the screen', async () => {
    const { privateKey } = newPair();
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await live.create({ username: 'Careful', mode: 'agent' });
    const { page, context } = await live.open('admin');
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.postData() ?? ''));
    await choose(page, 'Careful', 'Use Public Keys');
    await field(page).fill(pem);
    await page.getByText('That was a private key. It was not sent.').waitFor();
    expect(await field(page).inputValue()).toBe('');
    expect(await page.getByRole('button', { name: 'Save keys' }).isDisabled()).toBe(true);
    expect(sent.join()).not.toContain('PRIVATE KEY');
    await context.close();
  });

  it('is named at the field where only the service finds out', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const { id, version } = await live.create({ username: 'Too short', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await choose(page, 'Too short', 'Use Public Keys');
    await field(page).fill(JSON.stringify(publicKey.export({ format: 'jwk' })));
    await page.getByRole('button', { name: 'Save keys' }).click();
    await page.getByText('This key is too weak.').waitFor();
    expect(await field(page).getAttribute('aria-invalid')).toBe('true');
    expect((await read(id)).version).toBe(version);
    await context.close();
  });
});

async function clientIdOf(username: string): Promise<string> {
  const path = `/acme/service-accounts?search=${encodeURIComponent(username)}`;
  return (await live.service.request({ path })).body.items[0].clientId;
}
