import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usernameOf } from '../support/live-realm.ts';
import { finish, type LivePage, livePage, rowOf, shownSecret, signIn } from './support/settings-page.ts';

let live: LivePage;
beforeAll(async () => {
  live = await livePage('session');
});
afterAll(() => live?.[Symbol.asyncDispose]());

/** Ends every session of a person at Keycloak, as an administrator can. */
async function endSessions(person: 'admin'): Promise<void> {
  const { body } = await live.realm.admin('GET', `/users?username=${usernameOf(person)}&exact=true`);
  expect((await live.realm.admin('POST', `/users/${body[0].id}/logout`)).status).toBe(204);
}

/** The page renews a token that lives no longer than this at each of its calls. */
const alwaysRenewedSeconds = 20;

/** Access tokens of the page's client live so many seconds from now on. */
const shortenTokens = async (seconds: number) => {
  const id = await live.realm.uuidOf('orki-frontend');
  const attributes = { 'access.token.lifespan': seconds };
  expect((await live.realm.admin('PUT', `/clients/${id}`, { attributes })).status).toBe(204);
};

describe('signing in', () => {
  it('goes to Keycloak with PKCE, comes back to the place that was asked for, and keeps no token', async () => {
    const { page, context, complaints } = await live.open('admin', '?status=inactive');
    expect(page.url()).toBe(`${live.address}?status=inactive`);
    const kept = await page.evaluate(() =>
      JSON.stringify({ ...localStorage, ...sessionStorage, ...history.state }),
    );
    expect(kept).not.toMatch(/eyJ|code|verifier/);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).toBe(`${live.address}?status=inactive`);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('asks with a challenge and without any secret', async () => {
    const context = await live.browser.newContext();
    const page = await context.newPage();
    const asked = page.waitForRequest(/protocol\/openid-connect\/auth\?/);
    await page.goto(live.address);
    const query = new URL((await asked).url()).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      client_id: 'orki-frontend',
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: live.address,
      scope: 'openid',
    });
    const exchanged = page.waitForRequest(/protocol\/openid-connect\/token$/);
    await live.realm.tokenOf('admin');
    await signIn(page, 'admin');
    const form = new URLSearchParams((await exchanged).postData() ?? '');
    expect([form.get('grant_type'), form.has('code_verifier'), form.has('client_secret')]).toEqual([
      'authorization_code',
      true,
      false,
    ]);
    await context.close();
  });

  it('is over after signing out', async () => {
    const { page, context } = await live.open('admin');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#username').waitFor();
    await context.close();
  });

  it('says why when Keycloak can not be reached', async () => {
    const context = await live.browser.newContext();
    const page = await context.newPage();
    await page.route(`${live.realm.issuer}/**`, (route) => route.abort());
    await page.goto(live.address);
    await page
      .getByRole('alert')
      .getByText('Keycloak, where you sign in, can’t be reached right now.')
      .waitFor();
    await page.unroute(`${live.realm.issuer}/**`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('#username').waitFor();
    await context.close();
  });
});

describe('a session that ends while a form is open', () => {
  it('is renewed without a word as long as Keycloak knows the person', async () => {
    await shortenTokens(alwaysRenewedSeconds);
    const { page, context } = await live.open('admin');
    await page.getByRole('button', { name: 'Create Service Account' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Username' }).fill('Renewed in silence');
    await form.getByText('Agent', { exact: true }).click();
    await form.getByRole('button', { name: 'Review' }).click();
    await shortenTokens(300);
    const renewed = page.waitForRequest(
      (request) =>
        /openid-connect\/token$/.test(request.url()) && /refresh_token/.test(request.postData() ?? ''),
    );
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    await renewed;
    expect(await shownSecret(page)).toMatch(/^orki_sa_/);
    await finish(page);
    await context.close();
  });

  it('asks the person to sign in again in a small window, and nothing that was entered is lost', async () => {
    await shortenTokens(alwaysRenewedSeconds);
    const { page, context } = await live.open('admin');
    await page.getByRole('button', { name: 'Create Service Account' }).first().click();
    const form = page.getByRole('dialog').first();
    await form.getByRole('textbox', { name: 'Username' }).fill('Signed in again');
    await form.getByRole('textbox', { name: 'Description' }).fill('Typed before');
    await form.getByText('Agent', { exact: true }).click();
    await form.getByRole('button', { name: 'Review' }).click();
    await shortenTokens(300);
    await endSessions('admin');
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    const opening = context.waitForEvent('page');
    await page.getByRole('button', { name: 'Sign in again' }).click();
    const window = await opening;
    await window.locator('#password').fill('demo');
    await Promise.all([window.waitForEvent('close'), window.locator('#kc-login').click()]);
    expect(await shownSecret(page)).toMatch(/^orki_sa_/);
    await finish(page);
    await rowOf(page, 'Signed in again').getByText('Typed before').waitFor();
    await context.close();
  });
});
