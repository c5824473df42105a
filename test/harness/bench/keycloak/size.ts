/** How much is measured. */
export interface Size {
  readonly accounts: number;
  /** How often each variant's turn comes. */
  readonly rounds: number;
  /** How long each measurement of a rate takes. */
  readonly seconds: number;
  /** Requests in each measurement of a latency. */
  readonly requests: number;
  /** Tokens that a Keycloak gives before it is measured, and the twentieth part of it in lists, GETs and PUTs. */
  readonly warmUp: number;
}

/** Enough to see whether everything works. */
export const quickSize: Size = { accounts: 5_000, rounds: 1, seconds: 2, requests: 40, warmUp: 500 };
/** What the documentation's figures are made with. */
export const fullSize: Size = { accounts: 100_000, rounds: 1, seconds: 5, requests: 100, warmUp: 10_000 };
