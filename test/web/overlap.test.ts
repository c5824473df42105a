import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestToken } from '../support/live-oauth.ts';
import { choose, finish, type LivePage, livePage, rowOf, shownSecret } from './support/settings-page.ts';

let live: LivePage;
beforeAll(async () => {
  live = await livePage('overlap');
});
afterAll(() => live?.[Symbol.asyncDispose]());

const announced = (page: Page, text: string) => page.getByRole('status').getByText(text).waitFor();
const statusAt = async (clientId: string, clientSecret: string) =>
  (await requestToken(live.realm.tokenUrl, { clientId, clientSecret })).status;
const post = (id: string, body: object) =>
  live.service.request({ method: 'POST', path: `/acme/service-accounts/${id}/regenerate-secret`, body });

/** Regenerates the secret on the page, so that the old one works for another day, and gives the new one. */
async function regenerateWithOverlap(page: Page, username: string): Promise<string> {
  await choose(page, username, 'Regenerate Secret');
  const question = page.getByRole('alertdialog');
  await question.getByText('Works for 24 more hours').click();
  await question.getByRole('button', { name: 'Regenerate Secret' }).click();
  return shownSecret(page);
}

describe('a secret that is replaced without an outage', () => {
  it('nothing is chosen for the person, and the page says until when the old one works', async () => {
    const { clientId, clientSecret, secretHint } = await live.create({ username: 'Gently', mode: 'agent' });
    const { page, context, complaints } = await live.open('admin');
    await choose(page, 'Gently', 'Regenerate Secret');
    const question = page.getByRole('alertdialog');
    const confirm = question.getByRole('button', { name: 'Regenerate Secret' });
    expect(await question.getByRole('radio', { checked: true }).count()).toBe(0);
    expect(await confirm.isDisabled()).toBe(true);
    await question.getByText('Choose what happens to the old secret; then you can go on.').waitFor();
    await page.keyboard.press('Escape');

    const next = await regenerateWithOverlap(page, 'Gently');
    await page.getByText(`The old secret, …${secretHint}, works until `).waitFor();
    expect(await statusAt(clientId, clientSecret)).toBe(200);
    expect(await statusAt(clientId, next)).toBe(200);
    await finish(page);
    await rowOf(page, 'Gently').getByText('Old one works until').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('is ended from the page of the account, which asks first, says so, and keeps the focus', async () => {
    const account = await live.create({ username: 'Ended here', mode: 'agent' });
    const { clientSecret } = (await post(account.id, { overlapSeconds: 3600 })).body;
    const { page, context, complaints } = await live.open('admin', `/${account.id}`);
    const end = page.getByRole('button', { name: 'End now: the old secret' });
    await end.click();
    const question = page.getByRole('alertdialog', { name: 'End the old secret of Ended here?' });
    await question.getByText(`The old secret, …${account.secretHint}, stops working now.`).waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await end.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(await statusAt(account.clientId, account.clientSecret)).toBe(200);

    await end.click();
    await question.getByRole('button', { name: 'End now' }).click();
    await announced(page, 'The old secret of Ended here no longer works.');
    await end.waitFor({ state: 'detached' });
    expect(await statusAt(account.clientId, account.clientSecret)).toBe(401);
    expect(await statusAt(account.clientId, clientSecret)).toBe(200);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('is ended from its row by somebody who may not do more with the account', async () => {
    const account = await live.create({ username: 'Ended by less', mode: 'admin' });
    await post(account.id, { overlapSeconds: 3600 });
    const { page, context } = await live.open('agentWriter');
    await choose(page, 'Ended by less', 'End Old Secret');
    await page.getByRole('alertdialog').getByRole('button', { name: 'End now' }).click();
    await announced(page, 'The old secret of Ended by less no longer works.');
    await rowOf(page, 'Ended by less').getByText('Old one works until').waitFor({ state: 'detached' });
    expect(await statusAt(account.clientId, account.clientSecret)).toBe(401);
    await context.close();
  });

  it('that somebody else has replaced meanwhile is not ended unseen', async () => {
    const account = await live.create({ username: 'Overtaken', mode: 'agent' });
    const second = (await post(account.id, { overlapSeconds: 3600 })).body;
    const { page, context } = await live.open('admin');
    await choose(page, 'Overtaken', 'End Old Secret');
    await post(account.id, { overlapSeconds: 3600 });
    await page.getByRole('button', { name: 'End now' }).click();
    await page.getByRole('alertdialog', { name: 'Overtaken was changed meanwhile' }).waitFor();
    const row = page.getByRole('row', { name: /^Old secret/ });
    expect(await row.innerText()).toMatch(new RegExp(`…${account.secretHint}.*…${second.secretHint}`, 's'));
    expect(await statusAt(account.clientId, second.clientSecret)).toBe(200);
    await context.close();
  });

  it('a second rotation says that it ends the secret before the old one', async () => {
    const account = await live.create({ username: 'Twice', mode: 'agent' });
    await post(account.id, { overlapSeconds: 3600 });
    const { page, context } = await live.open('admin');
    await choose(page, 'Twice', 'Regenerate Secret');
    await page
      .getByText(`The secret before it, …${account.secretHint}, still works, and stops working now`)
      .waitFor();
    await page.keyboard.press('Escape');
    await regenerateWithOverlap(page, 'Twice');
    await page.getByText(`The old secret, …${account.secretHint}, no longer works.`).waitFor();
    await finish(page);
    await context.close();
  });

  it('where Keycloak keeps no second secret, says why, and takes no outage for what was chosen', async () => {
    const account = await live.create({ username: 'Only at once', mode: 'agent' });
    const { page, context } = await live.open('admin');
    const body = {
      type: 'about:blank',
      title: 'No',
      status: 409,
      code: 'overlap-unavailable',
      requestId: 'r',
    };
    const answer = { status: 409, contentType: 'application/problem+json', body: JSON.stringify(body) };
    await page.route(/regenerate-secret$/, (route) => route.fulfill(answer));
    await choose(page, 'Only at once', 'Regenerate Secret');
    const question = page.getByRole('alertdialog');
    const confirm = question.getByRole('button', { name: 'Regenerate Secret' });
    await question.getByText('Works for 7 more days').click();
    await confirm.click();
    await question.getByText('Here the old secret can only stop at once').waitFor();
    expect(await question.getByRole('radio', { name: /^Works for/, disabled: true }).count()).toBe(3);
    expect(await confirm.isDisabled()).toBe(true);
    await page.unroute(/regenerate-secret$/);
    await question.getByText('Stops working now').click();
    await confirm.click();
    await finish(page);
    expect(await statusAt(account.clientId, account.clientSecret)).toBe(401);
    await choose(page, 'Only at once', 'Regenerate Secret');
    expect(await question.getByRole('radio', { name: /^Works for/, disabled: true }).count()).toBe(3);
    await context.close();
  });
});
