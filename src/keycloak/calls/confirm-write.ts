import { isOutcomeUnknown, keycloakUnavailable, ServiceError } from '../../errors.ts';
import { KeycloakFailure } from './failures.ts';

/** Answers that come from something between here and Keycloak, which may still be working on the call. */
const fromInBetween = [502, 503, 504];

/**
 * Sends a change and, where no clear answer comes, looks whether it took effect: a change that did is a success, and
 * is never sent twice.
 * @returns what `send` returned; undefined when reading back showed that the change took effect
 * @param hasTakenEffect reads back; when it fails too, nobody knows
 * @throws {ServiceError} 503 when the change certainly has no effect, 504 when it may still have one later
 */
export async function confirmWrite<Result>(
  send: () => Promise<Result>,
  hasTakenEffect: () => Promise<boolean>,
): Promise<Result | undefined> {
  try {
    return await send();
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    const seen = await hasTakenEffect().catch(() => undefined);
    if (seen === true) return undefined;
    // Keycloak has answered, so its transaction is over; what does not show now will not show later.
    throw seen === false && wasAnswered(error) ? keycloakUnavailable(error) : error;
  }
}

function wasAnswered(error: unknown): boolean {
  const failure = error instanceof ServiceError ? error.cause : undefined;
  if (!(failure instanceof KeycloakFailure) || failure.status === undefined) return false;
  return failure.status >= 500 && !fromInBetween.includes(failure.status);
}
