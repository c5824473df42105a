import type { Background } from './background.ts';
import type { Measured } from './measure.ts';

/** What was measured with so many accounts in the realm. */
export interface Stage {
  readonly accounts: number;
  readonly measured: readonly Measured[];
  /** Calls to Keycloak for each operation of the service, nothing else going on. */
  readonly calls: ReadonlyMap<string, number>;
  readonly background: readonly Background[];
}

/** @returns `100,400 accounts` */
export const accountsInWords = (accounts: number): string => `${accounts.toLocaleString('en')} accounts`;

/** The concurrencies at which something was measured, the lowest first. */
export const concurrenciesOf = (measured: readonly Measured[]): number[] =>
  [...new Set(measured.map(({ concurrency }) => concurrency))].toSorted((one, other) => one - other);
