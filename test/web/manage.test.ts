import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { obtainToken, requestToken } from '../support/live-oauth.ts';
import { choose, finish, type LivePage, livePage, rowOf, shownSecret } from './support/settings-page.ts';

let live: LivePage;
beforeAll(async () => {
  live = await livePage('manage');
});
afterAll(() => live?.[Symbol.asyncDispose]());

const announced = (page: Page, text: string) => page.getByRole('status').getByText(text).waitFor();
const inKeycloak = async (id: string) =>
  (await live.service.request({ path: `/acme/service-accounts/${id}` })).body;

describe('the rows of the product page', () => {
  it('Create: username, description, and a choice of permissions, said in a sentence and reviewed', async () => {
    const { page, context, complaints } = await live.open('admin');
    await page.getByRole('button', { name: 'Create Service Account' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Username' }).fill('crm-sync');
    await form.getByRole('textbox', { name: 'Description' }).fill('Copies customers to the CRM');
    await form.getByText('Custom', { exact: true }).click();
    const customers = form.getByRole('group', { name: 'Customers' });
    await customers.getByText('View customers').click();
    const all = customers.getByRole('checkbox', { name: 'All of Customers' });
    expect(await all.evaluate((box: HTMLInputElement) => box.indeterminate)).toBe(true);
    await form.getByText('Reply in conversations', { exact: true }).click();
    expect(await form.getByRole('region', { name: 'What it will be able to do' }).textContent()).toMatch(
      /^Can view customers and reply in conversations\. No access to team, security, service accounts, and 6 other areas\.$/,
    );
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByText('Copies customers to the CRM').waitFor();
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    const clientSecret = await shownSecret(page);
    const clientId = (await page.locator('.credential-value').first().textContent()) ?? '';
    const { roles } = await obtainToken(live.realm, { clientId, clientSecret });
    expect(roles).toEqual(['conversations:write', 'customers:read']);
    await finish(page);
    await announced(page, 'crm-sync was created.');
    const row = rowOf(page, 'crm-sync');
    expect(await row.textContent()).toMatch(
      /Copies customers to the CRM.*Custom.*Active.*just now.*admin@people\.test/s,
    );
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('Edit: changes what was changed, and shows it when the service has said so', async () => {
    const account = await live.create({ username: 'Before', description: 'Old', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await choose(page, 'Before', 'Edit');
    const dialog = page.getByRole('dialog', { name: 'Edit Before' });
    expect(await dialog.getByRole('button', { name: 'Save changes' }).isDisabled()).toBe(true);
    await dialog.getByText('Nothing has been changed yet.').waitFor();
    await dialog.getByRole('textbox', { name: 'Username' }).fill('After');
    await dialog.getByRole('textbox', { name: 'Description' }).fill('');
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await announced(page, 'After was saved.');
    await rowOf(page, 'After').waitFor();
    expect(await inKeycloak(account.id)).toMatchObject({
      username: 'After',
      description: null,
      mode: 'agent',
    });
    await context.close();
  });

  it('Regenerate Secret: says that the old one dies now, and it does', async () => {
    const account = await live.create({ username: 'Renewed', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await choose(page, 'Renewed', 'Regenerate Secret');
    const question = page.getByRole('alertdialog');
    await question.getByText(`What happens to the old secret, …${account.secretHint}?`).waitFor();
    await question.getByText('Stops working now').click();
    await question.getByRole('button', { name: 'Regenerate Secret' }).click();
    await page.getByText(`The old secret, …${account.secretHint}, no longer works.`).waitFor();
    const clientSecret = await shownSecret(page);
    await finish(page);
    const { clientId } = account;
    expect((await requestToken(live.realm.tokenUrl, account)).status).toBe(401);
    expect((await requestToken(live.realm.tokenUrl, { clientId, clientSecret })).status).toBe(200);
    await rowOf(page, 'Renewed')
      .getByText(`…${clientSecret.slice(-10, -6)}`)
      .waitFor();
    await context.close();
  });

  it('Deactivate and Activate: says what becomes of tokens, and the row changes after the service did', async () => {
    const account = await live.create({ username: 'Switched', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await choose(page, 'Switched', 'Deactivate');
    const question = page.getByRole('alertdialog');
    await question
      .getByText('live for up to five more minutes at services that only check signatures')
      .waitFor();
    await question.getByRole('button', { name: 'Deactivate' }).click();
    await announced(page, 'Switched is inactive.');
    await rowOf(page, 'Switched').getByText('Inactive').waitFor();
    expect((await requestToken(live.realm.tokenUrl, account)).status).toBe(401);
    await choose(page, 'Switched', 'Activate');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Activate' }).click();
    await announced(page, 'Switched is active.');
    expect((await requestToken(live.realm.tokenUrl, account)).status).toBe(200);
    await context.close();
  });

  it('Delete: asks for the username, and the account is gone', async () => {
    const account = await live.create({ username: 'Deleted', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await choose(page, 'Deleted', 'Delete');
    const question = page.getByRole('alertdialog');
    const confirm = question.getByRole('button', { name: 'Delete for good' });
    await question.getByRole('textbox').fill('deleted');
    expect(await confirm.isDisabled()).toBe(true);
    await question.getByText('Type the username exactly as shown').waitFor();
    await question.getByRole('textbox').fill('Deleted');
    await confirm.click();
    await announced(page, 'Deleted was deleted.');
    await rowOf(page, 'Deleted').waitFor({ state: 'detached' });
    expect((await requestToken(live.realm.tokenUrl, account)).status).toBe(401);
    await context.close();
  });
});

describe('beside the rows', () => {
  it('deactivates several at once, and says how many', async () => {
    const usernames = ['Several 1', 'Several 2', 'Several 3'];
    for (const username of usernames) await live.create({ username, mode: 'agent' });
    const { page, context } = await live.open('admin');
    for (const username of usernames) await rowOf(page, username).locator('.check').click();
    await page.getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Deactivate', exact: true }).click();
    const question = page.getByRole('alertdialog', { name: 'Deactivate 3 service accounts?' });
    for (const username of usernames) await question.getByText(username).waitFor();
    await question.getByRole('button', { name: 'Deactivate' }).click();
    await announced(page, '3 service accounts are inactive now.');
    for (const username of usernames) await rowOf(page, username).getByText('Inactive').waitFor();
    await page.getByText('Those selected are inactive already.').waitFor();
    await context.close();
  });

  it('shows the account at an address of its own, from which everything can be done too', async () => {
    const body = { username: 'By address', mode: 'custom', permissions: ['customers:read'] };
    const account = await live.create(body);
    const { page, context, complaints } = await live.open('admin', `/${account.id}`);
    await page.getByRole('heading', { level: 1, name: 'By address' }).waitFor();
    const text = await page.locator('main').textContent();
    expect(text).toContain(account.clientId);
    expect(text).toContain('Can view customers.');
    expect(text).toContain(`-d "client_id=${account.clientId}"`);
    expect(text).toContain(live.realm.tokenUrl);
    expect(text).toContain('https://api.example.test/api/v1/tenants/acme/customers');
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
    await page.getByText('Inactive: it can’t obtain tokens until it is activated.').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('textbox').fill('By address');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.waitForURL(live.address);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('opens the form filled in from a link, with no more than there is and may be granted', async () => {
    const link = '?create&username=Zapier&mode=custom&permissions=customers:read,none:such,webhooks:write';
    const { page, context } = await live.open('agentWriter', link);
    const form = page.getByRole('dialog');
    expect(await form.getByRole('textbox', { name: 'Username' }).inputValue()).toBe('Zapier');
    await form.getByText('permissions that don’t exist: none:such.').waitFor();
    await form.getByText('permissions that you can’t grant: Edit webhooks.').waitFor();
    await form.getByText('Can view customers.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.waitForURL(live.address);
    await context.close();
  });

  it('searches while one types and filters by chips, all of it in the address', async () => {
    await live.create({ username: 'Needle', description: 'in a haystack', mode: 'agent' });
    const { page, context } = await live.open('admin');
    await page.getByRole('searchbox').fill('HAYSTACK');
    await page.waitForURL('**?search=HAYSTACK');
    await rowOf(page, 'Needle').waitFor();
    await expect.poll(() => page.locator('.row').count()).toBe(1);
    await page.getByRole('radio', { name: 'Inactive' }).click();
    await page.getByText('No account matches').waitFor();
    expect(new URL(page.url()).search).toBe('?search=HAYSTACK&status=inactive');
    await page.reload();
    await page.getByText('No account matches').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('HAYSTACK');
    await page.getByRole('button', { name: 'Clear search and filters' }).click();
    await rowOf(page, 'Needle').waitFor();
    expect(page.url()).toBe(live.address);
    await context.close();
  });
});
