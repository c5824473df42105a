import { z } from 'zod';
import { parseJson } from '../json.ts';
import { requestRememberedMs, requestRepeatableMs } from '../time-limits.ts';

/** With the time for which they are remembered, it bounds what an account carries. */
const rememberedAtMost = 20;

const stored = z.object({
  current: z.string().nullable(),
  /** `body`: a digest of what came with it; absent where none was kept, as for the creation. */
  seen: z.array(z.object({ request: z.string(), at: z.iso.datetime(), body: z.string().optional() })),
  body: z.string().nullable(),
});

/**
 * Which requests with an Idempotency-Key set the secret of an account, kept with the account itself: as digests of who
 * asked for what by which key, newest last.
 */
export type RememberedRequests = Readonly<z.infer<typeof stored>> & {
  /** The request that set the secret of now; null when that one came without a key. */
  readonly current: string | null;
  /** A digest of the body of its creation; null when that came without a key. */
  readonly body: string | null;
};

/** What becomes of a request whose key may have been seen before. */
export type Repetition = 'new' | 'repeatable' | 'spent';

/** For a new account that a request with a key makes. */
export const firstRequest = (request: string, body: string, at: string): RememberedRequests => ({
  current: request,
  seen: [{ request, at }],
  body,
});

/**
 * Whether this request was made before, and may be repeated: for ten minutes, unless another one set the secret since.
 * @param now milliseconds since 1970
 */
export function repetitionOf(
  requests: RememberedRequests | null,
  request: string,
  now: number = Date.now(),
): Repetition {
  const before = requests?.seen.find((entry) => entry.request === request);
  if (before === undefined) return 'new';
  const isLate = now - Date.parse(before.at) > requestRepeatableMs;
  return isLate || requests?.current !== request ? 'spent' : 'repeatable';
}

/**
 * After the secret was set by `request`, or by one without a key; null while there is nothing to remember. Repeating a
 * request does not lengthen the time in which it can be repeated.
 */
export function remembering(
  requests: RememberedRequests | null,
  request: string | null,
  at: string,
  body?: string,
): RememberedRequests | null {
  if (request === null && requests === null) return null;
  const earlier = (requests?.seen ?? []).filter(
    (entry) => Date.parse(at) - Date.parse(entry.at) < requestRememberedMs || entry.request === request,
  );
  const isKnown = earlier.some((entry) => entry.request === request);
  const seen =
    request === null || isKnown
      ? earlier
      : [...earlier, { request, at, ...(body !== undefined && { body }) }];
  return { current: request, seen: seen.slice(-rememberedAtMost), body: requests?.body ?? null };
}

/** Whether this request came before with another body. */
export function cameWithAnotherBody(
  requests: RememberedRequests | null,
  request: string,
  body: string,
): boolean {
  const before = requests?.seen.find((entry) => entry.request === request);
  return before?.body !== undefined && before.body !== body;
}

/** Whether somebody may still repeat the creation of an account made at that time with a key. */
export function isCreationRemembered(requests: RememberedRequests | null, createdAt: string): boolean {
  return requests?.body != null && Date.now() - Date.parse(createdAt) < requestRememberedMs;
}

export const serializeRequests = (requests: RememberedRequests | null): string =>
  requests === null ? '' : JSON.stringify(requests);

/** What an attribute holds; one that somebody spoilt in Keycloak's console remembers nothing. */
export const parseRequests = (attribute: string | undefined): RememberedRequests | null =>
  stored.safeParse(parseJson(attribute ?? '')).data ?? null;
