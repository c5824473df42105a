/**
 * Gives a token that is good now. `refused` is one that the service has just turned away, although it may look good:
 * then another one is wanted. Rejects when the person can't be signed in again.
 */
export type GetAccessToken = (refused?: string) => Promise<string>;

/** To be thrown by `getAccessToken` when the person is not signed in any more, so that the page says so. */
export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError';
}
