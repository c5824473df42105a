import type { Grant } from '../../../src/permissions/roles.ts';
import type { AccountState, Outcome, Write, WriteKind } from '../account-model.ts';
import type { Observed } from '../raw-account.ts';

/** An account that the races change, with all that was ever told of it. */
export interface RacedAccount {
  readonly id: string;
  readonly clientId: string;
  readonly secrets: string[];
  /** Every time before which tokens are said to be revoked (RFC 3339). */
  readonly revocations: string[];
  /** As it was seen last. */
  state: AccountState;
}

/** One way to change accounts, with several entries into it at the same time. */
export interface Contestant {
  readonly title: string;
  readonly entries: number;
  /** What it can do. */
  readonly kinds: readonly WriteKind[];
  create(name: string, grant: Grant): Promise<RacedAccount>;
  write(account: RacedAccount, write: Write, entry: number): Promise<Outcome>;
  observe(account: RacedAccount): Promise<Observed>;
}

export const grants: readonly Grant[] = [
  { mode: 'admin', permissions: [] },
  { mode: 'agent', permissions: [] },
  { mode: 'custom', permissions: ['customers:read'] },
  { mode: 'custom', permissions: ['ai:use', 'webhooks:read'] },
];
