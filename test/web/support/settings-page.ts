import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { web } from '../../../dev/page-build.ts';
import { complaintsOf, launchChromium } from '../../support/browser.ts';
import { freePort } from '../../support/free-port.ts';
import { type LiveRealm, liveRealm, type PersonName, usernameOf } from '../../support/live-realm.ts';
import { type ServiceSettings, startService } from '../../support/live-service.ts';

/** The built page, as the service serves it. */
const builtPage = { folder: join(web, 'dist', 'page'), tenantApiUrl: 'https://api.example.test' };
const pageAddress = '/settings/service-account-tokens';

export interface Looks {
  readonly language?: 'en' | 'ar';
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** The service with its page, over a realm of its own, and a browser. */
export async function livePage(
  prefix: string,
  settings: (realm: LiveRealm) => ServiceSettings | Promise<ServiceSettings> = () => ({}),
) {
  const realm = await liveRealm(prefix);
  const port = await freePort();
  const service = await startService(realm, { port, settingsPage: builtPage, ...(await settings(realm)) });
  await realm.provision({ frontendRedirectUris: [`${service.url}/*`] });
  const browser = await launchChromium();
  const address = `${service.url}${pageAddress}`;

  return {
    realm,
    service,
    browser,
    address,
    /** A browser of a person's own, signed in on Keycloak's page, at a place of the settings page. */
    async open(person: PersonName, place = '', looks: Looks = {}) {
      await realm.tokenOf(person);
      const context = await newContext(browser, looks);
      const page = await context.newPage();
      const complaints = complaintsOf(page);
      await page.goto(`${address}${place}`);
      await signIn(page, person);
      await page.getByRole('heading', { level: 1 }).waitFor();
      return { context, page, complaints };
    },
    /** Makes an account by the API, as whoever needs no page for it. */
    async create(body: object, as: PersonName = 'admin', tenantId = 'acme') {
      const path = `/${tenantId}/service-accounts`;
      const answer = await service.request({ as, method: 'POST', path, body });
      if (answer.status !== 201) throw new Error(`not created: ${answer.text}`);
      return answer.body;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await service[Symbol.asyncDispose]();
    },
  };
}

export type LivePage = Awaited<ReturnType<typeof livePage>>;

/** A context with what a person has chosen, without animations, which would only make tests wait. */
function newContext(browser: Browser, looks: Looks): Promise<BrowserContext> {
  const { language = 'en', scheme = 'light', width = 1280, height = 860 } = looks;
  return browser.newContext({
    viewport: { width, height },
    locale: language,
    colorScheme: scheme,
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
}

/** On Keycloak's own page. */
export async function signIn(page: Page, person: PersonName): Promise<void> {
  await page.locator('#username').fill(usernameOf(person));
  await page.locator('#password').fill('demo');
  await page.locator('#kc-login').click();
}

/** The row of an account in the list. */
export const rowOf = (page: Page, username: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name: username, exact: true }) });

/** Chooses from the menu of an account's row. */
export async function choose(page: Page, username: string, action: string): Promise<void> {
  await rowOf(page, username).getByRole('button', { name: 'Actions for' }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** Fills in the form for an account of mode Agent and creates it; the secret is on the screen then. */
export async function createAgent(page: Page, username: string): Promise<void> {
  await page.getByRole('button', { name: 'Create Service Account' }).first().click();
  const form = page.getByRole('dialog', { name: 'Create Service Account' });
  await form.getByRole('textbox', { name: 'Username' }).fill(username);
  await form.getByText('Agent', { exact: true }).click();
  await form.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create Service Account' }).click();
  await secretDialog(page).waitFor();
}

export const secretDialog = (page: Page) =>
  page.getByRole('dialog').filter({ has: page.getByText('client_secret', { exact: true }) });

/** What the dialog shows beside `client_secret`. */
export async function shownSecret(page: Page): Promise<string> {
  return (await secretDialog(page).locator('.credential-value').nth(1).textContent()) ?? '';
}

/** Says that the secret is stored, and is done. */
export async function finish(page: Page): Promise<void> {
  await page.getByText('I have stored the client_secret').click();
  await page.getByRole('button', { name: 'Done' }).click();
  await secretDialog(page).waitFor({ state: 'detached' });
}
