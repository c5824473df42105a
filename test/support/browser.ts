import type { Browser, Page } from 'playwright-core';
import { findOnPath } from '../../dev/keycloak/java.ts';

/** A Chromium of this machine; undefined when there is none. */
export const findChromium = (): string | undefined =>
  ['chromium', 'chromium-browser', 'google-chrome'].map((name) => findOnPath(name)).find(Boolean);

/** Starts Chromium without a window. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('The browser tests need Chromium: apt-get install chromium');
  const { chromium } = await import('playwright-core');
  const quiet = ['disable-gpu', 'disable-quic', 'disable-background-networking', 'disable-component-update'];
  const args = ['--no-sandbox', '--no-first-run', '--disable-sync', ...quiet.map((flag) => `--${flag}`)];
  return chromium.launch({ executablePath, args });
}

/** Collects what a page complains of: errors in its console, exceptions, violations of its security policy. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // What the browser itself ends, because the person has gone elsewhere, is no failure.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${reason}`);
  });
  return complaints;
}
