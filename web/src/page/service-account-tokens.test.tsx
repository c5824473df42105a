import type { Root } from 'react-dom/client';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { account, catalogueFor } from '../testing/samples.ts';
import { memoryRouter } from './router.ts';
import { ServiceAccountTokens } from './service-account-tokens.tsx';

/** Longer than a busy machine needs. */
const waitFor = (assertion: () => void) => vi.waitFor(assertion, 20_000);

const address = 'https://api.example.test';
const accounts = `${address}/api/v1/tenants/acme/service-accounts`;

describe('what the page asks the service for', () => {
  let root: Root;
  let place: HTMLElement;
  let asked: string[];
  /** Lets the catalogue be answered, without which there is no screen. */
  let giveCatalogue: () => void;

  beforeEach(() => {
    asked = [];
    const permitted = new Promise<void>((resolve) => {
      giveCatalogue = resolve;
    });
    vi.stubGlobal('fetch', async ({ url }: Request) => {
      asked.push(url);
      if (url.endsWith('/permissions')) {
        await permitted;
        return Response.json(catalogueFor());
      }
      if (url.endsWith('/history')) return Response.json({ changes: [] });
      return Response.json(url.includes('?') ? { items: [account], nextCursor: null } : account);
    });
    place = document.body.appendChild(document.createElement('div'));
    root = createRoot(place);
  });
  afterEach(() => {
    root.unmount();
    place.remove();
    vi.unstubAllGlobals();
  });

  const open = (at: string) =>
    root.render(
      <ServiceAccountTokens
        getAccessToken={async () => 'token'}
        tenantId="acme"
        apiUrl={address}
        tokenUrl="https://auth.example.test/token"
        language="en"
        router={memoryRouter(at)}
      />,
    );

  it.each([
    ['the list', '?status=active', `${accounts}?limit=50&status=active`],
    ["an account's own page", `/${account.id}`, `${accounts}/${account.id}`],
  ])(
    'is %s at the same time as the catalogue, and once',
    async (_what, at, url) => {
      open(at);
      const catalogue = `${address}/api/v1/tenants/acme/permissions`;
      await waitFor(() => expect(asked.toSorted()).toEqual([catalogue, url].toSorted()));
      giveCatalogue();
      await waitFor(() => expect(place.textContent).toContain(account.username));
      await waitFor(() => expect(place.querySelector('.skeleton')).toBeNull());
      // The account's own page asks for its history once it is there, below everything else.
      expect(asked.filter((one) => !one.endsWith('/history'))).toHaveLength(2);
    },
    60_000,
  );
});
