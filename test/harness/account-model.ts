import type { Grant } from '../../src/permissions/roles.ts';
import { rolesOf } from '../../src/permissions/roles.ts';

/** What is asked of one account: a change, with what it is to become, or what it is. */
export type Write =
  | { readonly kind: 'edit'; readonly description: string }
  | { readonly kind: 'mode'; readonly grant: Grant }
  /** A new secret, the only one from then on. */
  | { readonly kind: 'regenerate'; readonly revokes?: boolean }
  /** A new secret, beside which the one before works for longer than any run takes. */
  | { readonly kind: 'overlap'; readonly revokes?: boolean }
  /** A public key, called this, in place of what the account had. */
  | { readonly kind: 'keys'; readonly kid: string }
  /** The end of such an overlap. */
  | { readonly kind: 'end-previous' }
  /** The end of all access tokens that were issued before. `revokes` says that a write does this along with the rest. */
  | { readonly kind: 'revoke' }
  | { readonly kind: 'activate' }
  | { readonly kind: 'deactivate'; readonly revokes?: boolean }
  | { readonly kind: 'delete' }
  /** Changes nothing, but what it shows has to fit. */
  | { readonly kind: 'read' };

export type WriteKind = Write['kind'];
/** Those that change something. */
export const writeKinds = [
  'edit',
  'mode',
  'regenerate',
  'overlap',
  'keys',
  'end-previous',
  'revoke',
  'activate',
  'deactivate',
  'delete',
] as const satisfies WriteKind[];

/** What an account is, as far as the races go. */
export interface AccountState {
  readonly exists: boolean;
  readonly description: string;
  /** Names of the `orki-api` roles mapped to it, sorted. */
  readonly roles: readonly string[];
  readonly active: boolean;
  /** The secret that is valid, `undisclosed` when no answer told it, or the key in place of one (`byKey`). */
  readonly secret: string;
  /** The one before, while an overlap keeps it valid too; `none` outside of an overlap. */
  readonly previousSecret: string;
  /** Tokens that were issued before are revoked (RFC 3339); `never` when none were. */
  readonly tokensRevokedBefore: string;
}

export const undisclosed = 'undisclosed';
export const none = 'none';
export const never = 'never';

const keyMark = 'key ';
/** Stands for a secret where the account has a key of this name instead. */
export const byKey = (kid: string): string => `${keyMark}${kid}`;
export const kidOf = (secret: string): string | undefined =>
  secret.startsWith(keyMark) ? secret.slice(keyMark.length) : undefined;

/** How long an overlap is asked for: longer than any run takes, so that none ends by itself. */
export const overlapSeconds = 86_400;

/** What an answer shows of an account; a secret by its hint alone. */
export interface Shown extends Partial<Omit<AccountState, 'exists' | 'secret' | 'previousSecret'>> {
  readonly secretHint?: string;
  readonly previousHint?: string;
  /** Hints of the secrets that the write put an end to. */
  readonly endedHints?: readonly string[];
}

/** What the one who asked was told. */
export type Verdict =
  /** Done. */
  | 'applied'
  /** There is no such account. */
  | 'absent'
  /** Not done, and nothing changed. */
  | 'refused'
  /** Nobody knows. */
  | 'unknown';

/** A write that was asked for, and what came of it. Times are milliseconds of one clock. */
export interface Outcome {
  readonly write: Write;
  readonly verdict: Verdict;
  readonly sentAt: number;
  readonly answeredAt: number;
  /** For people: the status and code that were answered. */
  readonly answer: string;
  /** Of a regenerate that was done: the secret that is said to be valid now. */
  readonly secret?: string;
  /** Of a write that revoked tokens: since when those that are issued are good. */
  readonly revokedBefore?: string;
  /** What the answer shows of the account. */
  readonly shown?: Shown;
}

export const rolesOfGrant = (grant: Grant): string[] => rolesOf(grant).sort();

/** Whether a write revokes tokens, by itself or along with something else. */
export const revokesTokens = (write: Write): boolean =>
  write.kind === 'revoke' || ('revokes' in write && write.revokes === true);

/** The account after a write that took effect on it. */
export function after(
  before: AccountState,
  { write, secret, revokedBefore }: Pick<Outcome, 'write' | 'secret' | 'revokedBefore'>,
): AccountState {
  const state = revokesTokens(write)
    ? { ...before, tokensRevokedBefore: revokedBefore ?? undisclosed }
    : before;
  switch (write.kind) {
    case 'edit':
      return { ...state, description: write.description };
    case 'mode':
      return { ...state, roles: rolesOfGrant(write.grant) };
    case 'regenerate':
      return { ...state, secret: secret ?? undisclosed, previousSecret: none };
    case 'overlap':
      return { ...state, secret: secret ?? undisclosed, previousSecret: state.secret };
    case 'keys':
      return { ...state, secret: byKey(write.kid), previousSecret: none };
    case 'end-previous':
      return { ...state, previousSecret: none };
    case 'activate':
      return { ...state, active: true };
    case 'deactivate':
      return { ...state, active: false };
    case 'delete':
      return { ...state, exists: false };
    case 'revoke':
    case 'read':
      return state;
  }
}

/**
 * Whether a write that was done with this result can have come at this moment: tokens that are revoked stay so, therefore
 * the time before which they are never goes back.
 */
export const isInTime = (before: AccountState, result: AccountState): boolean =>
  [before, result].some(({ tokensRevokedBefore }) => tokensRevokedBefore === undisclosed) ||
  timeOf(result) >= timeOf(before);

const timeOf = ({ tokensRevokedBefore }: AccountState): number =>
  tokensRevokedBefore === never ? 0 : Date.parse(tokensRevokedBefore);

/** The four characters before the checksum, by which answers tell secrets apart; undefined where nobody knows. A key stands for itself. */
export const hintOf = (secret: string): string | undefined => {
  if (secret === none || kidOf(secret) !== undefined) return secret;
  return secret === undisclosed ? undefined : secret.slice(-10, -6);
};

/** Whether what an answer shows is what the account was before and after the write. */
export function isShown(before: AccountState, result: AccountState, shown: Shown): boolean {
  const { secretHint, previousHint, endedHints, tokensRevokedBefore, ...rest } = shown;
  const may = (told: string | undefined, held: string | undefined) =>
    told === undefined || held === undefined || told === held;
  const left = [result.secret, result.previousSecret];
  const ended = [before.secret, before.previousSecret].filter(
    (secret) => secret !== none && kidOf(secret) === undefined && !left.includes(secret),
  );
  const areEndedKnown = ![before.secret, before.previousSecret].includes(undisclosed);
  return (
    differences(result, rest).length === 0 &&
    may(secretHint, hintOf(result.secret)) &&
    may(previousHint, hintOf(result.previousSecret)) &&
    (result.tokensRevokedBefore === undisclosed || may(tokensRevokedBefore, result.tokensRevokedBefore)) &&
    (endedHints === undefined || !areEndedKnown || String(endedHints) === String(ended.map(hintOf)))
  );
}

/** Whether two accounts are the same; those that don't exist are. */
export function same(a: AccountState, b: AccountState): boolean {
  if (a.exists !== b.exists) return false;
  return !a.exists || differences(a, b).length === 0;
}

/** The fields in which an account is not what `wanted` says of it. */
export function differences(state: AccountState, wanted: Partial<AccountState>): string[] {
  return Object.entries(wanted)
    .filter(([field, value]) => String(state[field as keyof AccountState]) !== String(value))
    .map(([field]) => field);
}
