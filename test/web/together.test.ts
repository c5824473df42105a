import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeycloakProxy, startProxy } from '../support/live-proxy.ts';
import { choose, finish, type LivePage, livePage, rowOf, shownSecret } from './support/settings-page.ts';

let proxy: KeycloakProxy;
let live: LivePage;
beforeAll(async () => {
  // Keycloak as the service reaches it; people sign in at the real one.
  live = await livePage('together', async (realm) => {
    proxy = await startProxy(realm.url);
    return { internalUrl: proxy.url, callTimeoutMs: 3_000 };
  });
});
afterAll(async () => {
  await live?.[Symbol.asyncDispose]();
  await proxy?.close();
});

const read = async (id: string) =>
  (await live.service.request({ path: `/acme/service-accounts/${id}` })).body;
const post = (id: string, action: string) =>
  live.service.request({ method: 'POST', path: `/acme/service-accounts/${id}/${action}` });
const patch = (id: string, body: object) =>
  live.service.request({ method: 'PATCH', path: `/acme/service-accounts/${id}`, body });

async function startEditing(page: Page, username: string, description: string) {
  await choose(page, username, 'Edit');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Description' }).fill(description);
  return dialog;
}

describe('two people at one account', () => {
  it('who is slower sees both versions, and may keep their own', async () => {
    const { id } = await live.create({ username: 'Kept', description: 'At first', mode: 'agent' });
    const [slow, quick] = await Promise.all([live.open('admin'), live.open('admin')]);
    const mine = await startEditing(slow.page, 'Kept', 'Of the slower');
    const theirs = await startEditing(quick.page, 'Kept', 'Of the quicker');
    await theirs.getByRole('button', { name: 'Save changes' }).click();
    await rowOf(quick.page, 'Kept').getByText('Of the quicker').waitFor();

    await mine.getByRole('button', { name: 'Save changes' }).click();
    const conflict = slow.page.getByRole('dialog', { name: 'Kept was changed meanwhile' });
    expect(await conflict.getByRole('row', { name: /Description/ }).innerText()).toMatch(
      /Of the slower\s+Of the quicker/,
    );
    expect((await read(id)).description).toBe('Of the quicker');
    await conflict.getByRole('button', { name: 'Save my version' }).click();
    await rowOf(slow.page, 'Kept').getByText('Of the slower').waitFor();
    expect((await read(id)).description).toBe('Of the slower');
    await Promise.all([slow.context.close(), quick.context.close()]);
  });

  it('or goes on from the version that is there', async () => {
    const { id } = await live.create({ username: 'Taken', description: 'At first', mode: 'agent' });
    const { page, context } = await live.open('admin');
    const dialog = await startEditing(page, 'Taken', 'Mine');
    await patch(id, { username: 'Taken over' });
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('button', { name: 'Continue with the current version' }).click();
    const again = page.getByRole('dialog', { name: 'Edit Taken over' });
    expect(await again.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('At first');
    await again.getByRole('textbox', { name: 'Description' }).fill('Both');
    await again.getByRole('button', { name: 'Save changes' }).click();
    await rowOf(page, 'Taken over').getByText('Both').waitFor();
    expect(await read(id)).toMatchObject({ username: 'Taken over', description: 'Both' });
    await context.close();
  });

  it('nobody deletes or regenerates what has become something else without being told', async () => {
    const { id } = await live.create({ username: 'Grown', mode: 'custom', permissions: ['customers:read'] });
    const { page, context } = await live.open('admin');
    await choose(page, 'Grown', 'Delete');
    const question = page.getByRole('alertdialog');
    await question.getByRole('textbox').fill('Grown');
    await patch(id, { permissions: ['customers:read', 'team:read'] });
    await question.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('alertdialog', { name: 'Grown was changed meanwhile' }).waitFor();
    expect(await page.getByRole('row', { name: /Permissions/ }).innerText()).toMatch(
      /View customers\s+View customers and View team/,
    );
    expect((await read(id)).username).toBe('Grown');
    await page.getByRole('button', { name: 'Do it all the same' }).click();
    await rowOf(page, 'Grown').waitFor({ state: 'detached' });
    expect((await read(id)).code).toBe('service-account-not-found');
    await context.close();
  });

  it('a deletion that somebody else was quicker with counts as done', async () => {
    const { id } = await live.create({ username: 'Gone', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await choose(page, 'Gone', 'Delete');
    await page.getByRole('alertdialog').getByRole('textbox').fill('Gone');
    await live.service.request({ method: 'DELETE', path: `/acme/service-accounts/${id}` });
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('status').getByText('Gone was deleted.').waitFor();
    await rowOf(page, 'Gone').waitFor({ state: 'detached' });
    await context.close();
  });

  it('an edit of an account that is gone says so, and keeps what was entered', async () => {
    const { id } = await live.create({ username: 'Vanished', mode: 'agent' });
    const { page, context } = await live.open('admin');
    const dialog = await startEditing(page, 'Vanished', 'Typed in vain');
    await live.service.request({ method: 'DELETE', path: `/acme/service-accounts/${id}` });
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await dialog.getByRole('alert').getByText('doesn’t exist any more').waitFor();
    expect(await dialog.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Typed in vain');
    await context.close();
  });

  it('a username that is taken stands at its field, with what was entered', async () => {
    await live.create({ username: 'Occupied', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await page.getByRole('button', { name: 'Create Service Account' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Username' }).fill('OCCUPIED');
    await form.getByRole('textbox', { name: 'Description' }).fill('Kept');
    await form.getByText('Agent', { exact: true }).click();
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    const username = form.getByRole('textbox', { name: 'Username' });
    await form.getByText('Another service account has this username, perhaps in other capitals.').waitFor();
    await expect.poll(() => username.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await form.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Kept');
    await username.fill('Free');
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    expect(await shownSecret(page)).toMatch(/^orki_sa_/);
    await finish(page);
    await context.close();
  });
});

describe('while Keycloak is down', () => {
  it('the list says so and can be tried again, and a form keeps what was entered until it is back', async () => {
    const { page, context } = await live.open('admin');
    await page.getByRole('button', { name: 'Create Service Account' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Username' }).fill('Patient');
    await form.getByText('Agent', { exact: true }).click();
    await form.getByRole('button', { name: 'Review' }).click();
    proxy.faults = () => 'stall';
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    await form.getByRole('status').getByText('Keycloak doesn’t answer right now').waitFor();
    await form.getByRole('alert').waitFor();
    expect(await form.getByRole('alert').innerText()).toMatch(/what you entered is kept|may have been made/);
    proxy.faults = () => 'none';
    await expect
      .poll(async () => (await live.service.request()).status, { timeout: 40_000, interval: 500 })
      .toBe(200);
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    expect(await shownSecret(page)).toMatch(/^orki_sa_/);
    await finish(page);
    await rowOf(page, 'Patient').waitFor();
    expect(await page.getByRole('link', { name: 'Patient', exact: true }).count()).toBe(1);

    proxy.faults = () => 'stall';
    await page.getByRole('searchbox').fill('Patient');
    await page.getByRole('alert').getByText('The service accounts could not be loaded').waitFor();
    proxy.faults = () => 'none';
    await expect
      .poll(
        async () => {
          await page
            .getByRole('button', { name: 'Try again' })
            .click({ timeout: 1_000 })
            .catch(() => undefined);
          return page.getByRole('alert').count();
        },
        { timeout: 40_000, interval: 1_000 },
      )
      .toBe(0);
    await rowOf(page, 'Patient').waitFor();
    await context.close();
  });
});

describe('a change that is under way', () => {
  it('is waited for, and said', async () => {
    const { id } = await live.create({ username: 'Busy', mode: 'agent' });
    const { page, context } = await live.open('admin');
    // The service gives a turn to one change after the other; the first is held up at Keycloak.
    proxy.faults = ({ method, path }) => (method === 'PUT' && path.endsWith(id) ? { delayMs: 900 } : 'none');
    const changes = Promise.all([1, 2, 3, 4, 5, 6].map(() => post(id, 'regenerate-secret')));
    await choose(page, 'Busy', 'Deactivate');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('status').getByText('Busy is inactive.').waitFor({ timeout: 60_000 });
    proxy.faults = () => 'none';
    await changes;
    expect((await read(id)).status).toBe('inactive');
    await context.close();
  });
});
