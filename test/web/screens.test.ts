import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../dev/paths.ts';
import { objections } from './support/axe.ts';
import { publicKey, sampleAccounts } from './support/sample-accounts.ts';
import { type LivePage, livePage } from './support/settings-page.ts';

/*
 * Every screen in both languages, light and dark, on a wide and on a narrow window: that axe finds nothing to object to,
 * that nothing reaches beyond the window, and, with `npm run test:web -- --screenshots`, what it looks like. Classes
 * stand for texts here, because the texts change with the language.
 */

const nextPublicKey = { ...publicKey, x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw' };
const folder = join(root, 'docs', 'screenshots');
const isPhotographing = process.env.SCREENSHOTS === 'write';

const looks = [
  { language: 'en', scheme: 'light', width: 1280, height: 860 },
  { language: 'en', scheme: 'dark', width: 1280, height: 860 },
  { language: 'ar', scheme: 'light', width: 1280, height: 860 },
  { language: 'ar', scheme: 'dark', width: 1280, height: 860 },
  { language: 'en', scheme: 'light', width: 360, height: 740 },
  { language: 'ar', scheme: 'dark', width: 360, height: 740 },
  // What 200 % of a window of 1280 pixels leaves.
  { language: 'en', scheme: 'light', width: 640, height: 430 },
  // What 400 % leaves (WCAG 1.4.10).
  { language: 'en', scheme: 'light', width: 320, height: 256 },
] as const;
type Look = (typeof looks)[number];
/** Of what is looked at, that is worth keeping: each screen light, dark and narrow, the main ones in Arabic too. */
const isKept = (name: string, { language, scheme, width }: Look) => {
  if (width < 360 || width === 640) return false;
  if (language === 'en') return true;
  const isMain = ['list', 'create-custom', 'secret', 'account'].includes(name);
  return isMain && (scheme === 'light' || width === 360);
};

let live: LivePage;
let pages: Record<'admin' | 'viewer' | 'agent' | 'initechAdmin' | 'agentWriter', Page>;
let ids: string[];
beforeAll(async () => {
  if (isPhotographing) mkdirSync(folder, { recursive: true });
  live = await livePage('screens');
  ids = await sampleAccounts(live);
  const open = async (person: keyof typeof pages) => (await live.open(person)).page;
  pages = {
    admin: await open('admin'),
    viewer: await open('viewer'),
    agent: await open('agent'),
    initechAdmin: await open('initechAdmin'),
    agentWriter: await open('agentWriter'),
  };
});
afterAll(() => live?.[Symbol.asyncDispose]());

interface Screen {
  readonly as: keyof typeof pages;
  readonly open: (page: Page) => Promise<unknown>;
  readonly close?: (page: Page) => Promise<unknown>;
  /** Whether the whole page belongs into the picture. */
  readonly isLong?: boolean;
}

const dialog = (page: Page) => page.locator('.dialog').last();
const footerButton = (page: Page, kind: 'primary' | 'secondary' | 'danger') =>
  dialog(page).locator(`.dialog-footer .button-${kind}`);
const openMenu = async (page: Page, username: string) => {
  await page.locator('.row').filter({ hasText: username }).locator('.cell-actions .icon-button').click();
  await page.locator('.menu').waitFor();
};
type Action = 'edit' | 'regenerate' | 'keys' | 'end-previous' | 'revoke' | 'deactivate' | 'delete';
const choose = async (page: Page, username: string, action: Action) => {
  await openMenu(page, username);
  await page.locator(`.menu-item[data-key="${action}"]`).click();
  await page.locator('.dialog').waitFor();
};
const openForm = async (page: Page) => {
  await page.locator('.page-heading .button-primary').click();
  await page.locator('.dialog').waitFor();
};
const discard = async (page: Page) => {
  await page.keyboard.press('Escape');
  await page.locator('.dialog').nth(1).waitFor();
  await footerButton(page, 'danger').click();
  await page.locator('.dialog').first().waitFor({ state: 'detached' });
};
const dismiss = async (page: Page) => {
  // A button that becomes disabled loses the focus, and the dialog has it a moment later.
  await page.locator('.overlay :focus').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.overlay').waitFor({ state: 'detached' });
};
const fillIn = async (page: Page, username: string) => {
  await openForm(page);
  await dialog(page).locator('input').first().fill(username);
  await dialog(page).locator('textarea').fill('Copies customers to the CRM. Owner: growth team');
};
const back = (page: Page) => page.locator('.breadcrumb .link').click();
const problem = (status: number, code: string, title: string) => ({
  status,
  contentType: 'application/problem+json',
  headers: { 'retry-after': '5' },
  body: JSON.stringify({
    type: `https://api.example.test/problems/${code}`,
    title,
    status,
    code,
    requestId: '5f0c2e6a-7a5e-4a5e-9d3c-0c6a2f6f9d11',
  }),
});
const unavailable = problem(503, 'keycloak-unavailable', 'Keycloak does not answer');
const rotationOff = problem(409, 'overlap-unavailable', 'A secret can only be replaced at once');

const screens: Record<string, Screen> = {
  list: { as: 'admin', open: (page) => page.locator('.row').first().waitFor() },
  'list-read-only': { as: 'viewer', open: (page) => page.locator('.row').first().waitFor() },
  'list-empty': { as: 'initechAdmin', open: (page) => page.locator('.empty').waitFor() },
  'list-no-right': { as: 'agent', open: (page) => page.locator('.empty').waitFor() },
  'list-no-match': {
    as: 'admin',
    open: async (page) => {
      await page.locator('.search-input').fill('nothing like it');
      await page.locator('.empty').waitFor();
    },
    close: async (page) => {
      await page.locator('.empty .button').click();
      await page.locator('.row').first().waitFor();
    },
  },
  'list-error': {
    as: 'admin',
    open: async (page) => {
      await page.route(/service-accounts\?/, (route) => route.fulfill(unavailable));
      await page.locator('.search-input').fill('crm');
      await page.locator('.problem').waitFor();
    },
    close: async (page) => {
      await page.unroute(/service-accounts\?/);
      await page.locator('.search-clear').click();
      await page.locator('.row').first().waitFor();
    },
  },
  'list-selection': {
    as: 'admin',
    open: async (page) => {
      await page.locator('.row .check').nth(0).click();
      await page.locator('.row .check').nth(2).click();
    },
    close: (page) => page.locator('.selection .button-quiet').click(),
  },
  menu: {
    as: 'admin',
    open: (page) => openMenu(page, 'nightly-export'),
    close: (page) => page.keyboard.press('Escape'),
  },
  'menu-denied': {
    as: 'agentWriter',
    open: (page) => openMenu(page, 'terraform'),
    close: (page) => page.keyboard.press('Escape'),
  },
  'create-errors': {
    as: 'admin',
    open: async (page) => {
      await openForm(page);
      await footerButton(page, 'primary').click();
      await page.locator('.field-error').first().waitFor();
    },
    close: dismiss,
  },
  'create-custom': {
    as: 'admin',
    open: async (page) => {
      await fillIn(page, 'crm-sync');
      await page.locator('.mode-card').nth(2).click();
      await page.locator('.permission-list .check').first().click();
      await page.locator('.permission-list .check').nth(3).click();
    },
    close: discard,
  },
  'create-denied': {
    as: 'agentWriter',
    open: async (page) => {
      await openForm(page);
      await page.locator('.mode-card').nth(2).click();
    },
    close: discard,
  },
  'create-review': {
    as: 'admin',
    open: async (page) => {
      await fillIn(page, 'crm-sync');
      await page.locator('.mode-card').nth(1).click();
      await footerButton(page, 'primary').click();
      await page.locator('.dialog .facts').waitFor();
    },
    close: discard,
  },
  'create-key': {
    as: 'admin',
    open: async (page) => {
      await fillIn(page, 'warehouse-loader');
      await page.locator('.mode-card').nth(1).click();
      await page.locator('.mode-card').nth(4).click();
      await page.locator('.key-input').fill(JSON.stringify({ ...publicKey, kid: 'warehouse-2026-11' }));
      await page.locator('.key').waitFor();
      await page.locator('.key-drop').scrollIntoViewIfNeeded();
    },
    close: discard,
  },
  'create-review-key': {
    as: 'admin',
    open: async (page) => {
      await fillIn(page, 'warehouse-loader');
      await page.locator('.mode-card').nth(1).click();
      await page.locator('.mode-card').nth(4).click();
      await page.locator('.key-input').fill(JSON.stringify({ ...publicKey, kid: 'warehouse-2026-11' }));
      await page.locator('.key').waitFor();
      await footerButton(page, 'primary').click();
      await page.locator('.dialog .facts').waitFor();
    },
    close: discard,
  },
  secret: {
    as: 'admin',
    open: async (page) => {
      await choose(page, 'Zapier', 'regenerate');
      await page.locator('.mode-card').first().click();
      await footerButton(page, 'danger').click();
      await page.locator('.credentials').waitFor();
    },
  },
  'secret-leave': {
    as: 'admin',
    open: async (page) => {
      await page.keyboard.press('Escape');
      await page.locator('.dialog').nth(1).waitFor();
    },
    close: async (page) => {
      await footerButton(page, 'danger').click();
      await page.locator('.overlay').first().waitFor({ state: 'detached' });
    },
  },
  edit: { as: 'admin', open: (page) => choose(page, 'HubSpot CRM sync', 'edit'), close: dismiss },
  conflict: {
    as: 'admin',
    open: async (page) => {
      await choose(page, 'nightly-export', 'edit');
      await dialog(page).locator('textarea').fill('Exports every conversation at two o’clock');
      const path = `/acme/service-accounts/${ids[1]}`;
      const description = `Exports yesterday’s conversations, run ${Date.now() % 1000}`;
      await live.service.request({ method: 'PATCH', path, body: { description } });
      await footerButton(page, 'primary').click();
      await page.locator('.differences').waitFor();
    },
    close: discard,
  },
  regenerate: {
    as: 'admin',
    open: async (page) => {
      await choose(page, 'HubSpot CRM sync', 'regenerate');
      await page.locator('.mode-card').nth(2).click();
    },
    close: dismiss,
  },
  'regenerate-unavailable': {
    as: 'agentWriter',
    open: async (page) => {
      await page.route(/regenerate-secret$/, (route) => route.fulfill(rotationOff));
      await choose(page, 'support-bot', 'regenerate');
      const card = page.locator('.mode-card:not([data-disabled])').last();
      await card.click();
      if ((await page.locator('.mode-card[data-disabled]').count()) > 0) return;
      await footerButton(page, 'primary').click();
      await page.locator('.mode-card[data-disabled]').first().waitFor();
    },
    close: dismiss,
  },
  keys: {
    as: 'admin',
    open: async (page) => {
      await choose(page, 'warehouse-loader', 'keys');
      await page.locator('.key-input').fill(JSON.stringify({ ...nextPublicKey, kid: 'warehouse-2026-12' }));
      await page.locator('.key').nth(1).waitFor();
    },
    close: dismiss,
  },
  'keys-from-secret': {
    as: 'admin',
    open: async (page) => {
      await choose(page, 'support-bot', 'keys');
      await page.locator('.key-input').fill('-----BEGIN PRIVATE KEY-----');
      await page.locator('.field-error').waitFor();
    },
    close: dismiss,
  },
  'regenerate-keys': {
    as: 'admin',
    open: (page) => choose(page, 'warehouse-loader', 'regenerate'),
    close: dismiss,
  },
  revoke: { as: 'admin', open: (page) => choose(page, 'support-bot', 'revoke'), close: dismiss },
  'end-previous': {
    as: 'admin',
    open: (page) => choose(page, 'HubSpot CRM sync', 'end-previous'),
    close: dismiss,
  },
  deactivate: { as: 'admin', open: (page) => choose(page, 'support-bot', 'deactivate'), close: dismiss },
  delete: { as: 'admin', open: (page) => choose(page, 'nightly-export', 'delete'), close: dismiss },
  account: {
    as: 'admin',
    isLong: true,
    open: async (page) => {
      await page.locator('.account-name', { hasText: 'HubSpot CRM sync' }).click();
      await page.locator('.panel').nth(2).waitFor();
    },
    close: back,
  },
  'account-key': {
    as: 'admin',
    isLong: true,
    open: async (page) => {
      await page.locator('.account-name', { hasText: 'warehouse-loader' }).click();
      await page.locator('.panel').nth(2).waitFor();
    },
    close: back,
  },
  'account-long-text': {
    as: 'admin',
    isLong: true,
    open: async (page) => {
      await page.locator('.account-name', { hasText: 'terraform' }).click();
      await page.locator('.panel').nth(2).waitFor();
    },
    close: back,
  },
};

/** Chooses language and appearance as a person does, unless they are so: a dialog that is open keeps the bar away. */
async function dress(page: Page, { language, scheme, width, height }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  const dressed = page.locator(`.orki-page[lang="${language}"][data-scheme="${scheme}"]`);
  if ((await dressed.count()) > 0) return;
  await page.locator('.top-bar-select').nth(0).selectOption(language);
  await page.locator('.top-bar-select').nth(1).selectOption(scheme);
  await dressed.waitFor();
}

/** As WebP, which is a quarter of what PNG would be. */
async function photograph(page: Page, name: string, isLong: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { cssContentSize } = await session.send('Page.getLayoutMetrics');
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 82,
    captureBeyondViewport: isLong,
    ...(isLong && { clip: { ...cssContentSize, scale: 1 } }),
  });
  await session.detach();
  writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
}

const beyondTheWindow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe.each(looks)('in $language, $scheme, $width pixels wide', (look) => {
  it.each(Object.entries(screens))('%s', async (name, screen) => {
    const page = pages[screen.as];
    await dress(page, look);
    await screen.open(page);
    const found = await objections(page);
    const beyond = await beyondTheWindow(page);
    if (isPhotographing && isKept(name, look)) {
      const { language, scheme, width } = look;
      await photograph(page, `${name}-${language}-${scheme}-${width}`, screen.isLong ?? false);
    }
    await screen.close?.(page);
    expect(found).toEqual([]);
    expect(beyond).toBe(0);
  });
});
