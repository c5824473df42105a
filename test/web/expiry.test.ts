import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestToken } from '../support/live-oauth.ts';
import { choose, finish, type LivePage, livePage, rowOf, shownSecret } from './support/settings-page.ts';

const dayMs = 86_400_000;

let live: LivePage;
beforeAll(async () => {
  live = await livePage('expiry', () => ({ maxSecretLifetimeDays: 60 }));
});
afterAll(() => live?.[Symbol.asyncDispose]());

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const inKeycloak = async (id: string) =>
  (await live.service.request({ path: `/acme/service-accounts/${id}` })).body;
const daysUntil = (time: string) => (Date.parse(time) - Date.now()) / dayMs;
const isoDate = (days: number) => inMs(days * dayMs).slice(0, 10);

describe('the end of a secret', () => {
  it('is chosen when an account is made, within the limit of the operator, and reviewed', async () => {
    const { page, context, complaints } = await live.open('admin');
    await page.getByRole('button', { name: 'Create Service Account' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Username' }).fill('For a month');
    await form.getByText('Agent', { exact: true }).click();
    const choices = form.getByRole('radiogroup', { name: 'Secret expires' });
    expect(await choices.getByRole('radio', { name: 'After 60 days' }).isChecked()).toBe(true);
    for (const name of ['Never', 'After 90 days', 'After 365 days'])
      expect(await choices.getByRole('radio', { name }).isDisabled()).toBe(true);
    await form.getByText('The operator of Orki lets a secret work for 60 days at most.').waitFor();

    await choices.getByText('On a date').click();
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByText('Choose a date.').waitFor();
    const field = form.getByLabel('Last day on which it works');
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
    await field.fill(isoDate(61));
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByText('longer than the operator of Orki').waitFor();
    await choices.getByText('After 30 days').click();
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByText('The secret works until').waitFor();
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    await page.getByText('The new secret works until').waitFor();
    await finish(page);
    await rowOf(page, 'For a month')
      .getByText(/^Expires /)
      .waitFor();
    await page.getByRole('link', { name: 'For a month' }).click();
    await page.getByText(/^Works until .*, in (29|30) days$/).waitFor();
    const id = page.url().split('/').at(-1) ?? '';
    expect(daysUntil((await inKeycloak(id)).secretExpiresAt)).toBeCloseTo(30, 1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('of a regenerated secret is as far away as before, unless the person chooses another', async () => {
    const account = await live.create({ username: 'As before', mode: 'agent', secretLifetimeDays: 45 });
    const { page, context } = await live.open('admin');
    await choose(page, 'As before', 'Regenerate Secret');
    const question = page.getByRole('alertdialog');
    expect(await question.getByRole('radio', { name: 'After 45 days, as before' }).isChecked()).toBe(true);
    await question.getByText('Works for 24 more hours').click();
    await question.getByText('On a date').click();
    await question.getByLabel('Last day on which it works').fill(isoDate(10));
    await question.getByRole('button', { name: 'Regenerate Secret' }).click();
    await shownSecret(page);
    await finish(page);
    // The browser is in UTC.
    expect((await inKeycloak(account.id)).secretExpiresAt).toBe(`${isoDate(10)}T23:59:59.000Z`);
    await context.close();
  });

  it('beyond what the operator allows by now is told at its field', async () => {
    await live.create({ username: 'Refused', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await page.route(/\/permissions$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), maxSecretLifetimeDays: null } });
    });
    await page.reload();
    await choose(page, 'Refused', 'Regenerate Secret');
    const question = page.getByRole('alertdialog');
    await question.getByText('Stops working now').click();
    await question.getByText('After 365 days').click();
    await question.getByRole('button', { name: 'Regenerate Secret' }).click();
    await question.getByText('That is longer than the operator of Orki lets a secret work.').waitFor();
    await context.close();
  });

  it('is found by chips that are part of the address, and told in words', async () => {
    const soon = await live.create({ username: 'Soon', mode: 'agent', secretLifetimeDays: 7 });
    await live.create({ username: 'Later', mode: 'agent', secretLifetimeDays: 59 });
    const over = { username: 'Over', mode: 'agent', secretExpiresAt: inMs(5000) };
    const ended = await live.create(over);
    await expect
      .poll(async () => (await inKeycloak(ended.id)).secretExpired, { timeout: 30_000, interval: 500 })
      .toBe(true);
    // Keycloak counts whole seconds, and takes the secret until the one in which it ends is over.
    await expect
      .poll(async () => (await requestToken(live.realm.tokenUrl, ended)).status, { timeout: 5_000 })
      .toBe(401);
    const { page, context } = await live.open('admin');
    await rowOf(page, 'Over').getByText('Secret expired').waitFor();
    await rowOf(page, 'Over')
      .getByText(/^Expired just now$|^Expired \d+ minutes? ago$/)
      .waitFor();
    await page.getByRole('radio', { name: 'Expiring' }).click();
    await rowOf(page, 'Over').waitFor({ state: 'detached' });
    await rowOf(page, soon.username).getByText('Expires in 7 days').waitFor();
    expect(await rowOf(page, 'Later').count()).toBe(0);
    expect(new URL(page.url()).search).toBe('?status=expiring');
    await page.getByRole('radio', { name: 'Expired' }).click();
    await rowOf(page, 'Soon').waitFor({ state: 'detached' });
    await rowOf(page, 'Over').waitFor();
    await page.reload();
    await rowOf(page, 'Over').waitFor();
    expect(await page.locator('.row').count()).toBe(1);
    await page.getByRole('link', { name: 'Over' }).click();
    await page.getByText('Its secret has expired: it can’t obtain tokens').waitFor();

    await page.getByRole('button', { name: 'Regenerate Secret' }).click();
    await page.getByText('The old secret has expired already, so it can’t go on working.').waitFor();
    await context.close();
  });
});
