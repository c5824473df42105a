import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWellFormedSecret } from '../../src/service-accounts/secret.ts';
import { obtainToken } from '../support/live-oauth.ts';
import { heapContains } from './support/heap.ts';
import {
  createAgent,
  finish,
  type LivePage,
  livePage,
  rowOf,
  secretDialog,
  shownSecret,
} from './support/settings-page.ts';

let live: LivePage;
beforeAll(async () => {
  live = await livePage('secret');
});
afterAll(() => live?.[Symbol.asyncDispose]());

describe('the secret', () => {
  it('is shown once, works, and is gone from the page, its memory and all that a browser keeps', async () => {
    const { page, context, complaints } = await live.open('admin');
    await createAgent(page, 'Shown once');
    const clientSecret = await shownSecret(page);
    const clientId = (await secretDialog(page).locator('.credential-value').first().textContent()) ?? '';
    expect(isWellFormedSecret(clientSecret)).toBe(true);
    expect((await obtainToken(live.realm, { clientId, clientSecret })).claims.tenant_id).toBe('acme');
    for (const sample of ['.env', 'Kubernetes', 'Node', 'curl']) {
      await page.getByRole('tab', { name: sample }).click();
      await page.getByRole('tabpanel').getByText(clientSecret).waitFor();
    }
    // The search finds what is there: without this, finding nothing would prove nothing.
    expect(await heapContains(page, clientSecret)).toBe(true);

    await finish(page);
    await rowOf(page, 'Shown once').waitFor();
    expect(await heapContains(page, clientSecret)).toBe(false);
    expect(await page.content()).not.toContain(clientSecret);
    const kept = await page.evaluate(async () => ({
      local: JSON.stringify({ ...localStorage }),
      session: JSON.stringify({ ...sessionStorage }),
      state: JSON.stringify(history.state),
      address: location.href,
      caches: (await caches.keys()).length,
      databases: (await indexedDB.databases()).length,
      cookies: document.cookie,
    }));
    expect(JSON.stringify(kept)).not.toContain(clientSecret);
    expect(kept).toMatchObject({ caches: 0, databases: 0, cookies: '' });

    await page.reload();
    await rowOf(page, 'Shown once').waitFor();
    expect(await page.content()).not.toContain(clientSecret);
    expect(await heapContains(page, clientSecret)).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('reads no list again until its dialog has closed', async () => {
    const { page, context } = await live.open('admin');
    await page.getByRole('button', { name: 'Create Service Account' }).first().waitFor();
    await page
      .getByText(/service accounts?$|No service accounts yet/)
      .first()
      .waitFor();
    const lists: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'GET' && /service-accounts\?/.test(request.url())) lists.push(request.url());
    });
    await createAgent(page, 'List later');
    await page.getByRole('tab', { name: '.env' }).click();
    expect(lists).toEqual([]);
    await finish(page);
    await rowOf(page, 'List later').waitFor();
    expect(lists.length).toBeGreaterThan(0);
    await context.close();
  });

  it.each<[string, (page: Awaited<ReturnType<LivePage['open']>>['page']) => Promise<unknown>]>([
    ['Escape', (page) => page.keyboard.press('Escape')],
    ['a click outside', (page) => page.mouse.click(5, 5)],
    ['the back button', (page) => page.evaluate(() => history.back())],
  ])('survives %s, which asks first', async (way, leave) => {
    const { page, context } = await live.open('admin');
    await createAgent(page, `Kept at ${way}`);
    const secret = await shownSecret(page);
    await leave(page);
    const question = page.getByRole('alertdialog', { name: 'Close without storing the secret?' });
    await question.getByRole('button', { name: 'Go back to the secret' }).click();
    expect(await shownSecret(page)).toBe(secret);

    await leave(page);
    await question.getByRole('button', { name: 'Close and lose the secret' }).click();
    await secretDialog(page).waitFor({ state: 'detached' });
    await rowOf(page, `Kept at ${way}`).waitFor();
    expect(page.url()).toBe(live.address);
    await context.close();
  });

  it.each<[string, (page: Awaited<ReturnType<LivePage['open']>>['page']) => Promise<unknown>]>([
    ['a reload', (page) => page.evaluate(() => location.reload())],
    ['closing the tab', (page) => page.close({ runBeforeUnload: true })],
  ])('makes the browser ask before %s', async (way, leave) => {
    const { page, context } = await live.open('admin');
    await createAgent(page, `Asked at ${way}`);
    const secret = await shownSecret(page);
    const asked = page.waitForEvent('dialog');
    const leaving = leave(page);
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await leaving;
    expect(await shownSecret(page)).toBe(secret);
    await finish(page);
    await context.close();
  });

  it('can be copied, and downloaded as a file that holds the three values', async () => {
    const { page, context } = await live.open('admin');
    await createAgent(page, 'Copied');
    const secret = await shownSecret(page);
    await page.getByRole('button', { name: 'Copy client_secret' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await page.getByRole('tab', { name: '.env' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download .env' }).click();
    const stream = await (await downloading).createReadStream();
    let text = '';
    for await (const part of stream) text += part;
    expect(text).toContain(`ORKI_CLIENT_SECRET=${secret}\n`);
    expect(text).toContain(`ORKI_TOKEN_URL=${live.realm.tokenUrl}\n`);
    await finish(page);
    await context.close();
  });
});
