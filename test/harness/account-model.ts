import type { Grant } from '../../src/permissions/roles.ts';
import { rolesOf } from '../../src/permissions/roles.ts';

/** What is asked of one account: a change, with what it is to become, or what it is. */
export type Write =
  | { readonly kind: 'edit'; readonly description: string }
  | { readonly kind: 'mode'; readonly grant: Grant }
  | { readonly kind: 'regenerate' }
  | { readonly kind: 'activate' }
  | { readonly kind: 'deactivate' }
  | { readonly kind: 'delete' }
  /** Changes nothing, but what it shows has to fit. */
  | { readonly kind: 'read' };

export type WriteKind = Write['kind'];
/** Those that change something. */
export const writeKinds = [
  'edit',
  'mode',
  'regenerate',
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
  /** The secret that is valid, or `undisclosed` when no answer told it. */
  readonly secret: string;
}

export const undisclosed = 'undisclosed';

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
  /** What the answer shows of the account. */
  readonly shown?: Partial<AccountState>;
}

export const rolesOfGrant = (grant: Grant): string[] => rolesOf(grant).sort();

/** The account after a write that took effect on it. */
export function after(
  state: AccountState,
  { write, secret }: Pick<Outcome, 'write' | 'secret'>,
): AccountState {
  switch (write.kind) {
    case 'edit':
      return { ...state, description: write.description };
    case 'mode':
      return { ...state, roles: rolesOfGrant(write.grant) };
    case 'regenerate':
      return { ...state, secret: secret ?? undisclosed };
    case 'activate':
      return { ...state, active: true };
    case 'deactivate':
      return { ...state, active: false };
    case 'delete':
      return { ...state, exists: false };
    case 'read':
      return state;
  }
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
