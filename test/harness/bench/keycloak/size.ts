/** How much is measured. */
export interface Size {
  readonly accounts: number;
  /** How often each variant's turn comes. */
  readonly rounds: number;
  /** How long each measurement of a rate takes. */
  readonly seconds: number;
  /** Requests in each measurement of a latency. */
  readonly requests: number;
  /** How long a Keycloak that has just started is warmed up. */
  readonly warmUpSeconds: number;
}

/** Enough to see whether everything works. */
export const quickSize: Size = { accounts: 5_000, rounds: 1, seconds: 2, requests: 40, warmUpSeconds: 4 };
/** What the documentation's figures are made with. */
export const fullSize: Size = { accounts: 100_000, rounds: 3, seconds: 5, requests: 100, warmUpSeconds: 12 };
