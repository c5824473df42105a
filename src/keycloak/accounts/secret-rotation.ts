import { z } from 'zod';
import { clientAttributes, keycloakSecretAttributes, names } from '../../names.ts';
import type { AdminApi } from '../calls/admin-api.ts';
import { withEveryWrite } from './account-representation.ts';

const availableForMs = 5 * 60_000;
const unavailableForMs = 15_000;
const { expiresAt } = keycloakSecretAttributes;

const probe = z.object({
  id: z.string(),
  clientId: z.literal(names.rotationProbeClient),
  attributes: z.looseObject({ [clientAttributes.managed]: z.literal('true') }),
});
const kept = z.object({ attributes: z.object({ [expiresAt]: z.string() }) });

/**
 * Finds out whether Keycloak keeps a second secret and ends secrets on time: the feature client-secret-rotation has to be
 * on, and a client policy with the executor secret-rotation has to hold for service accounts. Where either is missing,
 * each write to a client removes the end of its secret and the secret beside it. Neither can be read with the service's
 * rights, so it writes to a client that exists for this, and looks whether the end of its secret is still there. What was
 * found is kept for five minutes, or fifteen seconds when it was no.
 * @returns what to ask; throws a ServiceError (503, 504) when Keycloak does not answer
 */
export function secretRotationProbe(api: AdminApi, callTimeoutMs: number): () => Promise<boolean> {
  let latest: Promise<boolean> | undefined;
  let goodUntil = 0;

  async function look(): Promise<boolean> {
    const signal = AbortSignal.timeout(callTimeoutMs);
    const operation = 'probe secret rotation';
    const query = { clientId: names.rotationProbeClient };
    const found = await api({ operation, method: 'GET', path: '/clients', query }, signal);
    const client = z.array(probe).min(1).safeParse(found.body).data?.[0];
    if (client === undefined) return false;
    const path = `/clients/${client.id}`;
    const body = { ...withEveryWrite, attributes: { [expiresAt]: farAhead() } };
    await api({ operation, method: 'PUT', path, body }, signal);
    const answer = await api({ operation, method: 'GET', path }, signal);
    return kept.safeParse(answer.body).success;
  }

  return async () => {
    if (latest !== undefined && Date.now() < goodUntil) return latest;
    // Whoever asks meanwhile waits for the same answer.
    goodUntil = Date.now() + callTimeoutMs;
    const underWay = look();
    latest = underWay;
    try {
      const isAvailable = await underWay;
      goodUntil = Date.now() + (isAvailable ? availableForMs : unavailableForMs);
      return isAvailable;
    } catch (error) {
      latest = undefined;
      throw error;
    }
  };
}

/** A year is enough: it is written anew each time. In seconds since 1970. */
const farAhead = (): string => String(Math.floor(Date.now() / 1000) + 365 * 86_400);
