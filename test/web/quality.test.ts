import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleAccounts } from './support/sample-accounts.ts';
import { type LivePage, livePage } from './support/settings-page.ts';

/*
 * What Lighthouse would look at, where it can be counted. Times depend on the machine: they are printed and compared
 * with nothing.
 */

let live: LivePage;
beforeAll(async () => {
  live = await livePage('quality');
  await sampleAccounts(live);
});
afterAll(() => live?.[Symbol.asyncDispose]());

/** Throttled profiles, with throughput in bits a second, and how many times slower than this machine the processor is. */
const profiles = {
  "Lighthouse's desktop": { latency: 40, down: 10_240_000, up: 10_240_000, slowdown: 1 },
  "a phone on fast 4G, as browsers' developer tools have it": {
    latency: 165,
    down: 9_000_000 * 0.9,
    up: 1_500_000 * 0.9,
    slowdown: 4,
  },
};
type Profile = (typeof profiles)[keyof typeof profiles];

async function throttle(page: Page, { latency, down, up, slowdown }: Profile): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const throughput = { downloadThroughput: down / 8, uploadThroughput: up / 8 };
  await session.send('Network.emulateNetworkConditions', { offline: false, latency, ...throughput });
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
}

/**
 * Notes when the page takes input, in milliseconds since the browser asked for the document to which Keycloak had sent it:
 * `bar` when the bar with the settings of the person is there, and `create` when an account can be created.
 */
const watchInput = () => {
  const at: Record<string, number> = {};
  Object.assign(globalThis, { takesInput: at });
  const note = (name: string, selector: string) => {
    if (!(name in at) && document.querySelector(selector)) at[name] = performance.now();
  };
  new MutationObserver(() => {
    note('bar', '.top-bar select');
    note('create', '.page-heading .button-primary:not([disabled], [aria-disabled="true"])');
  }).observe(document, { subtree: true, childList: true, attributes: true });
};

/** Gathers how much the layout moved by itself. */
const watchLayout = () => {
  Object.assign(globalThis, { moved: 0 });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput } = entry as unknown as { value: number; hadRecentInput: boolean };
      if (!hadRecentInput) Object.assign(globalThis, { moved: Reflect.get(globalThis, 'moved') + value });
    }
  }).observe({ type: 'layout-shift', buffered: true });
};

it('a first load is small, compressed, of this origin alone, and does not move once it is there', async () => {
  const { page, context } = await live.open('admin');
  await context.addInitScript(watchLayout);
  const responses: { url: string; type: string; encoding: string | undefined; bytes: number }[] = [];
  page.on('response', async (response) => {
    const request = response.request();
    const sizes = await request.sizes().catch(() => undefined);
    responses.push({
      url: response.url(),
      type: request.resourceType(),
      encoding: response.headers()['content-encoding'],
      bytes: sizes?.responseBodySize ?? 0,
    });
  });
  const session = await context.newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await throttle(page, profiles["a phone on fast 4G, as browsers' developer tools have it"]);
  await page.goto(live.address);
  await page.locator('.row').first().waitFor();
  await page.waitForLoadState('networkidle');

  const scripts = responses.filter(({ type }) => type === 'script');
  const bytes = scripts.reduce((sum, script) => sum + script.bytes, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(200_000);
  expect(scripts.filter(({ encoding }) => encoding !== 'br')).toEqual([]);
  const origins = new Set(responses.map(({ url }) => new URL(url).origin));
  expect(origins).toEqual(new Set([new URL(live.service.url).origin, new URL(live.realm.url).origin]));
  expect(await page.evaluate(() => Reflect.get(globalThis, 'moved'))).toBeLessThan(0.1);
  console.log(`${Math.round(bytes / 1000)} kB of scripts`);
  await context.close();
});

it.each(Object.keys(profiles) as (keyof typeof profiles)[])(
  'takes input on the throttled profile of %s',
  async (name) => {
    const { page, context } = await live.open('admin');
    await context.addInitScript(watchInput);
    const session = await context.newCDPSession(page);
    await session.send('Network.clearBrowserCache');
    await throttle(page, profiles[name]);
    const timesOf = async (load: () => Promise<unknown>) => {
      const started = Date.now();
      await load();
      await page.locator('.row').first().waitFor();
      const list = Date.now() - started;
      const { bar, create } = await page.evaluate(() => Reflect.get(globalThis, 'takesInput'));
      expect(create).toBeGreaterThan(bar);
      return `the bar after ${Math.round(bar)} ms and creating an account after ${Math.round(create)} ms since Keycloak's answer; the list after ${list} ms with the way to Keycloak and back`;
    };
    console.log(`${name}: ${await timesOf(() => page.goto(live.address))}`);
    console.log(`${name}, warm cache: ${await timesOf(() => page.reload())}`);
    await context.close();
  },
);

it('names itself, its language and its size on every device', async () => {
  const { page, context } = await live.open('admin');
  expect(await page.title()).toBe('Service Account Tokens · Orki');
  const head = await page.evaluate(() => ({
    language: document.documentElement.lang,
    viewport: document.querySelector('meta[name="viewport"]')?.getAttribute('content'),
    description: document.querySelector('meta[name="description"]')?.getAttribute('content'),
    headings: [...document.querySelectorAll('h1')].length,
    main: [...document.querySelectorAll('main')].length,
  }));
  expect(head).toMatchObject({
    language: 'en',
    viewport: 'width=device-width, initial-scale=1',
    headings: 1,
    main: 1,
  });
  expect(head.description).toBeTruthy();
  await context.close();
});

it('needs no animation where people want none', async () => {
  const { page, context } = await live.open('admin');
  await page.getByRole('button', { name: 'Create Service Account' }).click();
  await page.getByRole('dialog').waitFor();
  const durations = await page
    .locator('.overlay, .modal, .button')
    .evaluateAll((all) => all.map((element) => getComputedStyle(element).animationDuration));
  expect(durations.length).toBeGreaterThan(2);
  expect(durations.filter((duration) => Number.parseFloat(duration) > 0.001)).toEqual([]);
  await context.close();
});
