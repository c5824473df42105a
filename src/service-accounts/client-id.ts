import { randomBytes } from 'node:crypto';

/** What the client_id of every service account begins with. */
export const clientIdPrefix = 'orki-sa-';
const lastMillisecond = 2 ** 48 - 1;
const pattern = /^orki-sa-[0-9a-f]{12}-[0-9a-f]{32}$/;

/**
 * A new client_id, for life. Keycloak lists clients by clientId, so 48 bits that fall as time goes on put the newest
 * first; 128 random bits make it unguessable, and never one that existed before (Keycloak's events are kept by
 * clientId and outlive it). Lower-case hexadecimal sorts alike in every collation of the database.
 * @param now milliseconds since 1970
 */
export function createClientId(now: number): string {
  const descending = (lastMillisecond - now).toString(16).padStart(12, '0');
  return `${clientIdPrefix}${descending}-${randomBytes(16).toString('hex')}`;
}

/** Whether a client_id is one that this service gave. */
export const isServiceAccountClientId = (clientId: string): boolean => pattern.test(clientId);

/** When a client_id was given (RFC 3339 in UTC); 1970 for one that this service did not give. */
export function createdAtOf(clientId: string): string {
  if (!isServiceAccountClientId(clientId)) return new Date(0).toISOString();
  const descending = Number.parseInt(clientId.slice(clientIdPrefix.length, clientIdPrefix.length + 12), 16);
  return new Date(lastMillisecond - descending).toISOString();
}
