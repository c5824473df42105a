import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isOutcomeUnknown, keycloakUnavailable } from '../../errors.ts';
import { lockRoleAttributes as attribute, lockRoleNames, names } from '../../names.ts';
import { idleSlotMs } from '../../time-limits.ts';
import type { AdminAnswer, AdminCall } from '../calls/admin-api.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import type { LockSlot } from './lock-slots.ts';
import type { ReadFence } from './read-fence.ts';
import type { RealmObjects } from './realm-objects.ts';
import { readRolePastCache } from './role-search.ts';

/** A role of `orki-locks`; `expiresAt` in milliseconds since 1970, 0 when it says nothing. */
export const lockRole = z
  .object({
    id: z.string(),
    name: z.string(),
    attributes: z.object({ [attribute.expiresAt]: z.tuple([z.iso.datetime()]).optional() }).optional(),
  })
  .transform(({ id, name, attributes }) => {
    const expiresAt = Date.parse(attributes?.[attribute.expiresAt]?.[0] ?? '') || 0;
    return { id, name, expiresAt };
  });
export type LockRole = z.infer<typeof lockRole>;

/** The calls by which roles of `orki-locks` are made, found, renamed and removed. */
export function lockRoles(
  { call }: BoundCalls,
  realm: Pick<RealmObjects, 'clientUuid'>,
  { isNeeded: isCacheOld }: Pick<ReadFence, 'isNeeded'>,
) {
  const rolesPath = async () => `/clients/${await realm.clientUuid(names.locksClient)}/roles`;
  const expiringAfter = (ms: number) => ({
    attributes: { [attribute.expiresAt]: [new Date(Date.now() + ms).toISOString()] },
  });

  /** A call on which no account depends: that its outcome is unknown leaves no doubt about any. */
  const callBesideAccounts = (wanted: AdminCall): Promise<AdminAnswer> =>
    call(wanted).catch((error) => {
      throw isOutcomeUnknown(error) ? keycloakUnavailable(error) : error;
    });

  return {
    /** Gives a role another name and life: 404 when it was swept away, 409 or 500 when another one has the name. */
    rename: (send: BoundCalls['call'], operation: string, roleId: string, name: string, lifeMs: number) =>
      send({
        operation,
        method: 'PUT',
        path: `/roles-by-id/${roleId}`,
        body: { name, ...expiringAfter(lifeMs) },
        expected: [404, 409, 500],
      }),

    async find(name: string): Promise<LockRole | undefined> {
      const operation = 'read lock';
      if (isCacheOld) {
        const found = await readRolePastCache(call, operation, await rolesPath(), name);
        return found === undefined ? undefined : lockRole.parse(found);
      }
      const path = `${await rolesPath()}/${name}`;
      const answer = await call({ operation, method: 'GET', path, expected: [404] });
      const role = answer.status === 404 ? undefined : lockRole.parse(answer.body);
      // Just renamed, and Keycloak's cache has not heard of it yet.
      return role?.name === name ? role : undefined;
    },

    async make(): Promise<LockSlot> {
      const name = lockRoleNames.idle(randomUUID());
      const path = await rolesPath();
      const body = { name, ...expiringAfter(idleSlotMs) };
      await callBesideAccounts({ operation: 'make lock', method: 'POST', path, body });
      const made = await call({ operation: 'read lock', method: 'GET', path: `${path}/${name}` });
      return { id: lockRole.parse(made.body).id, idleName: name };
    },

    /** By its id: by its name, a lock that somebody took since would be removed. @returns false when another is at it */
    async removeExpired(roleId: string): Promise<boolean> {
      const path = `/roles-by-id/${roleId}`;
      const expected = [404, 500];
      const answer = await callBesideAccounts({ operation: 'break lock', method: 'DELETE', path, expected });
      return answer.status !== 500;
    },
  };
}
