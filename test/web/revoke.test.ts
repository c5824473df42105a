import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { choose, finish, type LivePage, livePage, rowOf, shownSecret } from './support/settings-page.ts';

let live: LivePage;
beforeAll(async () => {
  live = await livePage('revoke');
});
afterAll(() => live?.[Symbol.asyncDispose]());

const announced = (page: Page, text: string | RegExp) => page.getByRole('status').getByText(text).waitFor();
const revokedBefore = async (id: string): Promise<string | null> =>
  (await live.service.request({ path: `/acme/service-accounts/${id}` })).body.tokensRevokedBefore;

describe('tokens that were issued already', () => {
  it('are revoked by whoever manages accounts, who is told what services that only check signatures do', async () => {
    const { id } = await live.create({ username: 'Revoked', mode: 'admin' });
    const { page, context, complaints } = await live.open('agentWriter', `/${id}`);
    await page.getByRole('button', { name: 'Revoke Tokens' }).click();
    const question = page.getByRole('alertdialog', { name: 'Revoke the tokens of Revoked?' });
    await question.getByText('Services that only check signatures accept them').waitFor();
    await question.getByText('Its secret, or its keys, go on working').waitFor();
    expect(await revokedBefore(id)).toBeNull();
    await question.getByRole('button', { name: 'Revoke Tokens' }).click();
    await announced(page, /^The tokens of Revoked are revoked\. Services that only check signatures/);
    expect(await revokedBefore(id)).not.toBeNull();
    await page.getByText('Those issued before').waitFor();
    await page
      .getByRole('region', { name: 'What has happened' })
      .getByRole('listitem')
      .first()
      .getByText('Tokens revoked')
      .waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('are revoked along with regenerating and deactivating where the person ticks that, and not otherwise', async () => {
    const regenerated = await live.create({ username: 'Renewed', mode: 'agent' });
    const deactivated = await live.create({ username: 'Stopped', mode: 'agent' });
    const spared = await live.create({ username: 'Spared', mode: 'agent' });
    const { page, context } = await live.open('admin');
    const question = page.getByRole('alertdialog');
    await choose(page, 'Renewed', 'Regenerate Secret');
    await question.getByText('Stops working now').click();
    await question.getByText('Revoke its tokens too').click();
    await question.getByRole('button', { name: 'Regenerate Secret' }).click();
    await shownSecret(page);
    await finish(page);
    expect(await revokedBefore(regenerated.id)).not.toBeNull();

    for (const [username, isTicked] of [
      ['Stopped', true],
      ['Spared', false],
    ] as const) {
      await choose(page, username, 'Deactivate');
      if (isTicked) await question.getByText('Revoke its tokens too').click();
      await question.getByRole('button', { name: 'Deactivate' }).click();
      await announced(page, `${username} is inactive.`);
      await rowOf(page, username).getByText('Inactive').waitFor();
    }
    expect(await revokedBefore(deactivated.id)).not.toBeNull();
    expect(await revokedBefore(spared.id)).toBeNull();
    await context.close();
  });
});
