import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LivePage, livePage, rowOf, secretDialog, shownSecret } from './support/settings-page.ts';

let live: LivePage;
beforeAll(async () => {
  live = await livePage('people');
});
afterAll(() => live?.[Symbol.asyncDispose]());

describe('who may do what', () => {
  it('who may only look sees no button that changes anything, and whom to ask', async () => {
    const { id } = await live.create({ username: 'Looked at', mode: 'agent' });
    const { page, context } = await live.open('viewer');
    await rowOf(page, 'Looked at').waitFor();
    await page
      .getByText('ask an administrator of your tenant for the right “Manage service accounts”')
      .waitFor();
    const names = await page.locator('main').getByRole('button').allInnerTexts();
    expect(names.filter((name) => name.trim() !== '')).toEqual([]);
    expect(await page.locator('main').getByRole('checkbox').count()).toBe(0);
    await page.goto(`${live.address}/${id}`);
    await page.getByRole('heading', { level: 1, name: 'Looked at' }).waitFor();
    const buttons = await page.locator('main').getByRole('button').allInnerTexts();
    expect(buttons.filter((name) => !/^(Copy)?$/.test(name.trim()))).toEqual([]);
    await page.goto(`${live.address}?create&username=Sneaky&mode=agent`);
    await rowOf(page, 'Looked at').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await context.close();
  });

  it('who has no right is told so', async () => {
    const { page, context } = await live.open('agent');
    await page.getByText('Your account in acme lacks the right “View service accounts”.').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    await context.close();
  });

  it('who holds less than an account may only take power from it, and is told why', async () => {
    await live.create({ username: 'Mighty', mode: 'admin' });
    await live.create({ username: 'Somewhat', mode: 'custom', permissions: ['customers:read', 'team:read'] });
    const { page, context } = await live.open('agentWriter');
    await rowOf(page, 'Somewhat').getByRole('button', { name: 'Actions for Somewhat' }).click();
    await page.getByRole('menu').getByText('This account may do what you may not: View team.').waitFor();
    const items = page.getByRole('menuitem');
    const disabled = await items.evaluateAll((all) =>
      all.map((item) => [item.textContent, item.getAttribute('aria-disabled')]),
    );
    expect(disabled).toEqual([
      ['Edit', 'true'],
      ['Regenerate Secret', 'true'],
      ['Use Public Keys', 'true'],
      ['Revoke Tokens', null],
      ['Deactivate', null],
      ['Delete', 'true'],
    ]);
    await page.getByRole('menuitem', { name: 'Deactivate' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('status').getByText('Somewhat is inactive.').waitFor();
    await context.close();
  });

  it('what can not be granted is visible and says why', async () => {
    const { page, context } = await live.open('writer');
    await page.getByRole('button', { name: 'Create Service Account' }).first().click();
    const form = page.getByRole('dialog');
    for (const mode of ['Admin', 'Agent']) {
      const card = form.locator('.mode-card').filter({ hasText: mode }).first();
      expect(await card.innerText()).toContain('You can’t grant this mode');
      expect(await card.getByRole('radio').isDisabled()).toBe(true);
    }
    await form.getByText('Custom', { exact: true }).click();
    const customers = form.getByRole('group', { name: 'Customers' });
    expect(await customers.innerText()).toContain(
      'You can’t grant this, because you don’t have it yourself.',
    );
    expect(await customers.getByRole('checkbox', { name: 'View customers' }).isDisabled()).toBe(true);
    expect(await form.getByRole('checkbox', { name: 'View service accounts' }).isDisabled()).toBe(false);
    await context.close();
  });
});

describe('the keyboard alone', () => {
  it('is enough to create an account, keep its secret, and delete it, with the focus where it was before', async () => {
    const { page, context } = await live.open('admin');
    const focused = () =>
      page.evaluate(() => {
        const { activeElement } = document;
        return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '';
      });
    const tabTo = async (name: string | RegExp) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        const label = await focused();
        if (typeof name === 'string' ? label === name : name.test(label)) return;
      }
      throw new Error(`Tab does not lead to ${name}`);
    };
    await page.getByRole('searchbox').waitFor();
    await tabTo('Create Service Account');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('Typed');
    await page.keyboard.press('Tab');
    await page.keyboard.type('By the keyboard');
    await page.keyboard.press('Tab');
    // Admin has the focus; the arrow goes on to Agent and chooses it.
    await page.keyboard.press('ArrowDown');
    await page
      .getByRole('radio', { name: /^Agent/ })
      .and(page.locator(':checked'))
      .waitFor({ state: 'attached' });
    await tabTo('Review');
    await page.keyboard.press('Enter');
    await page.getByText('Review the new account').waitFor();
    await expect.poll(focused).toBe('Create Service Account');
    await page.keyboard.press('Enter');
    await secretDialog(page).waitFor();
    const secret = await shownSecret(page);
    await tabTo('Copy client_secret');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'I have stored the client_secret' }).focus();
    await page.keyboard.press('Space');
    await tabTo('Done');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Typed').waitFor();
    await expect.poll(focused).toBe('Create Service Account');

    await tabTo('Actions for Typed');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Actions for Typed');
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.type('Typed');
    await tabTo('Delete for good');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Typed').waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Service Account Tokens');
    await context.close();
  });
});

describe('a screen reader', () => {
  it('stands on the button that creates the account as soon as the review is there', async () => {
    const { page, context } = await live.open('admin', '?create&username=Spoken&mode=agent');
    await page.getByRole('button', { name: 'Review' }).waitFor();
    const focused = await page.evaluate(async () => {
      const buttons = [...document.querySelectorAll('button')];
      // As a screen reader presses it, and before the next frame.
      buttons.find(({ textContent }) => textContent === 'Review')?.click();
      while (!document.body.textContent.includes('Review the new account')) await Promise.resolve();
      return document.activeElement?.tagName === 'BUTTON' && document.activeElement.textContent;
    });
    expect(focused).toBe('Create Service Account');
    await context.close();
  });
});

describe('Arabic', () => {
  it('runs from right to left, with ids, secrets and code from left to right', async () => {
    const { page, context, complaints } = await live.open('admin', '', { language: 'ar' });
    expect(await page.evaluate(() => [document.documentElement.dir, document.documentElement.lang])).toEqual([
      'rtl',
      'ar',
    ]);
    await page.getByRole('button', { name: 'إنشاء حساب خدمة' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'اسم المستخدم' }).fill('مزامنة');
    await form.getByText('وكيل', { exact: true }).click();
    await form.getByRole('button', { name: 'مراجعة' }).click();
    await form.getByRole('button', { name: 'إنشاء حساب الخدمة' }).click();
    await secretDialog(page).waitFor();
    const directions = await secretDialog(page)
      .locator('code')
      .evaluateAll((all) => all.map((code) => getComputedStyle(code).direction));
    expect(new Set(directions)).toEqual(new Set(['ltr']));
    expect(await page.locator('.dialog').evaluate((dialog) => getComputedStyle(dialog).direction)).toBe(
      'rtl',
    );
    await page.getByText('لقد حفظت client_secret').click();
    await page.getByRole('button', { name: 'تم', exact: true }).click();
    await rowOf(page, 'مزامنة').waitFor();
    for (const part of ['.top-bar-place', '.page-heading', '.toolbar', '.accounts thead', '.more']) {
      expect((await page.locator(part).innerText()).replace('Orki', '')).not.toMatch(/[a-z]{3,}/i);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('what people write', () => {
  it('is text and nothing else, wherever it is shown', async () => {
    const payload = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>{{7*7}}';
    const { id } = await live.create({ username: 'XSS', description: payload, mode: 'agent' });
    const { page, context, complaints } = await live.open('admin');
    const wasRun = () => page.evaluate(() => 'broken' in window);
    await rowOf(page, 'XSS').getByText(payload).waitFor();
    await page.getByRole('searchbox').fill(payload);
    await rowOf(page, 'XSS').waitFor();
    await page.getByRole('searchbox').fill(`${payload} and more`);
    await page.getByText('No account matches').waitFor();
    await page.goto(`${live.address}/${id}`);
    await page.getByText(payload).waitFor();
    await page.goto(
      `${live.address}?create&username=${encodeURIComponent(payload)}&description=${encodeURIComponent(payload)}&mode=custom&permissions=${encodeURIComponent(payload)}`,
    );
    const form = page.getByRole('dialog');
    expect(await form.getByRole('textbox', { name: 'Username' }).inputValue()).toBe(payload);
    await form.getByText('permissions that don’t exist').waitFor();
    await form.getByText('View customers', { exact: true }).click();
    await form.getByRole('searchbox').fill(payload);
    await form.getByText(`No permission matches “${payload}”.`).waitFor();
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByText('At most 64 characters.').waitFor();
    await page.goto(`${live.address}/${encodeURIComponent(payload)}`);
    await page.getByText('There is no such service account').waitFor();
    expect(await wasRun()).toBe(false);
    expect(complaints.filter((complaint) => !/400/.test(complaint))).toEqual([]);
    await context.close();
  });
});
