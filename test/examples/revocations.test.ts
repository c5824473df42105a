import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { followRevocations } from '../../examples/tenant-api/revocations.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const issuedBefore = '2026-11-23T10:00:00.000Z';
const iat = Date.parse(issuedBefore) / 1000;
const revoked = { azp: 'sa-1', iat: iat - 1 };

/** A list that a test answers, and the feed that follows it. */
function follow(answer: () => Response) {
  const requests: Headers[] = [];
  const failures: unknown[] = [];
  vi.stubGlobal('fetch', async (_: string, { headers }: RequestInit) => {
    requests.push(new Headers(headers));
    return answer();
  });
  const feed = followRevocations({
    url: 'https://api.example.test/api/v1/tenants/acme/revocations',
    token: async () => 'token',
    onFailure: (error) => void failures.push(error),
  });
  onTestFinished(() => feed.close());
  return { feed, requests, failures };
}

const listed = (entries: object[], etag = '"one"') =>
  Response.json({ revocations: entries }, { headers: { etag } });
const entry = { clientId: 'sa-1', issuedBefore };

// The moments right after the list was read are the worst ones.
it.each([3_100, 6_100, 9_100, 12_100])(
  'a token that was revoked after %i ms is refused within five seconds, and no later one is',
  async (revokedAt) => {
    let isRevoked = false;
    const { feed } = follow(() => (isRevoked ? listed([entry]) : listed([])));
    await vi.advanceTimersByTimeAsync(revokedAt);
    expect(feed.isRevoked(revoked)).toBe(false);
    isRevoked = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(feed.isRevoked(revoked)).toBe(true);
    expect(feed.isRevoked({ azp: 'sa-1', iat })).toBe(false);
    expect(feed.isRevoked({ azp: 'sa-2', iat: iat - 1 })).toBe(false);
    expect(feed.isRevoked({ azp: 'sa-1' })).toBe(true);
  },
);

it('the list is asked for with the ETag of the one before, and stays when it is the same', async () => {
  let asked = 0;
  const { feed, requests } = follow(() =>
    asked++ === 0 ? listed([entry]) : new Response(null, { status: 304 }),
  );
  await vi.advanceTimersByTimeAsync(7_000);
  expect(requests.map((headers) => headers.get('if-none-match'))).toEqual([null, '"one"', '"one"']);
  expect(requests[0]?.get('authorization')).toBe('Bearer token');
  expect(feed.isRevoked(revoked)).toBe(true);
});

it('what was revoked stays so while the list can not be read, and each failure is told', async () => {
  let asked = 0;
  const { feed, failures } = follow(() =>
    asked++ === 0 ? listed([entry]) : new Response(null, { status: 503 }),
  );
  await vi.advanceTimersByTimeAsync(7_000);
  expect(feed.isRevoked(revoked)).toBe(true);
  expect(failures).toHaveLength(2);
});
