import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isWellFormedSecret } from '../../../src/service-accounts/secret.ts';
import { complaintsOf, launchChromium } from '../../support/browser.ts';
import { freePort } from '../../support/free-port.ts';
import { obtainToken } from '../../support/live-oauth.ts';
import { type LiveRealm, liveRealm, usernameOf } from '../../support/live-realm.ts';
import { startService } from '../../support/live-service.ts';

let realm: LiveRealm;
let service: Awaited<ReturnType<typeof startService>>;
let browser: Browser;
beforeAll(async () => {
  realm = await liveRealm('swagger');
  service = await startService(realm, { port: await freePort() });
  await realm.provision({ frontendRedirectUris: [`${service.url}/*`] });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await service?.[Symbol.asyncDispose]();
});

it('a person who opens it on localhost is led to the address from which Keycloak lets people sign in', async () => {
  const page = await browser.newPage();
  await page.goto(`${service.url.replace('127.0.0.1', 'localhost')}/swagger`);
  expect(new URL(page.url()).origin).toBe(service.url);
  await page.goto(service.url);
  expect(await page.getByRole('link', { name: 'API documentation' }).getAttribute('href')).toBe('/swagger');
  await page.close();
});

it('a person signs in at Keycloak, creates an account by trying it out, and sees the secret', async () => {
  await realm.tokenOf('admin');
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const complaints = complaintsOf(page);
  const requested: string[] = [];
  page.on('request', (request) => requested.push(new URL(request.url()).origin));
  await page.goto(`${service.url}/swagger`);
  await signIn(page);

  const operation = page.locator('#operations-Service_accounts-createServiceAccount');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.locator('tr[data-param-name="tenantId"] input').fill('acme');
  // Under one and the same key a second request would be refused, or end the first secret.
  expect(await operation.locator('tr[data-param-name="idempotency-key"] input').inputValue()).toBe('');
  const account = { username: 'From Swagger', mode: 'custom', permissions: ['customers:read'] };
  await operation.locator('textarea.body-param__text').fill(JSON.stringify(account));
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table .response');
  await answer.waitFor();

  expect(await answer.locator('.response-col_status').textContent()).toContain('201');
  const shown = JSON.parse((await answer.locator('pre code').first().textContent()) ?? '');
  expect(shown).toMatchObject({ ...account, status: 'active' });
  expect(isWellFormedSecret(shown.clientSecret)).toBe(true);
  expect((await obtainToken(realm, shown)).roles).toEqual(['customers:read']);
  expect(complaints).toEqual([]);
  // Assets come from the service, the token from Keycloak, and nothing from anywhere else.
  expect([...new Set(requested)].sort()).toEqual([service.url, realm.url].sort());
});

/** By the Authorize button, on Keycloak's own page in a window of its own. */
async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const dialog = page.locator('.auth-container').filter({ hasText: 'authorizationCode' });
  await dialog.waitFor();
  expect(await page.locator('.modal-ux-content').evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  expect(await dialog.locator('#client_id_authorizationCode').inputValue()).toBe('orki-frontend');
  const opening = page.waitForEvent('popup');
  await dialog.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
  const popup = await opening;
  const complaints = complaintsOf(popup);
  await popup.locator('#username').fill(usernameOf('admin'));
  const query = new URL(popup.url()).searchParams;
  expect(query.get('response_type')).toBe('code');
  expect(query.get('code_challenge_method')).toBe('S256');
  expect(query.get('scope')).toBe('openid');
  await popup.locator('#password').fill('demo');
  await Promise.all([popup.waitForEvent('close'), popup.locator('#kc-login').click()]);
  await dialog.getByRole('button', { name: 'Remove authorization' }).waitFor();
  expect(complaints).toEqual([]);
  await page.locator('.modal-ux').getByRole('button', { name: 'Close' }).first().click();
}
