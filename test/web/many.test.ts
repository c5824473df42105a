import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServiceAccountsClient } from '../../packages/client/src/index.ts';
import { type LivePage, livePage, rowOf } from './support/settings-page.ts';

const all = 500;
let live: LivePage;
beforeAll(async () => {
  live = await livePage('many', () => ({ requestsPerMinute: 1_000_000 }));
  // It tries again by itself when Keycloak has more to do than it can, without making anything twice.
  const accounts = createServiceAccountsClient({
    baseUrl: live.service.url,
    tenantId: 'acme',
    token: () => live.realm.tokenOf('admin'),
  });
  const numbers = Array.from({ length: all }, (_, index) => index + 1);
  const make = async () => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const username = `Account ${number}`;
      await accounts.create({ username, mode: 'custom', permissions: ['customers:read'] });
    }
  };
  await Promise.all(Array.from({ length: 4 }, make));
}, 300_000);
afterAll(() => live?.[Symbol.asyncDispose]());

it('500 accounts are found, paged through to the last, and said to be all that there are', async () => {
  const { page, context, complaints } = await live.open('admin');
  const rows = page.locator('.row');
  await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(50);
  await page.getByText('The newest 50 accounts').waitFor();
  for (let shown = 50; shown < all; shown += 50) {
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(shown + 50);
  }
  await page.getByText('500 service accounts').waitFor();
  expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  expect(new Set(await page.locator('.account-name').allInnerTexts()).size).toBe(all);

  await page.getByRole('searchbox').fill('account 77');
  await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(1);
  await rowOf(page, 'Account 77').waitFor();

  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: 'Create Service Account' }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Username' }).fill('One too many');
  await form.getByText('Agent', { exact: true }).click();
  await form.getByRole('button', { name: 'Review' }).click();
  await form.getByRole('button', { name: 'Create Service Account' }).click();
  await form
    .getByRole('alert')
    .getByText('Your tenant has as many service accounts as it may have.')
    .waitFor();
  expect(complaints.filter((complaint) => !/409/.test(complaint))).toEqual([]);
  await context.close();
});
