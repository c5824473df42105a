import { z } from 'zod';
import { keycloakUnavailable } from '../../errors.ts';
import { lockRoleAttributes as attribute, names, revocationRoleName } from '../../names.ts';
import { allPages } from '../../pages.ts';
import type { Gateway } from '../../service-accounts/gateway.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { confirmWrite } from '../calls/confirm-write.ts';
import { KeycloakFailure } from '../calls/failures.ts';
import { lockRole } from './lock-roles.ts';
import type { RealmObjects } from './realm-objects.ts';

/** Verifiers are told to tolerate clocks that differ by 30 s (docs/verifying-tokens.md); as much again for our own. */
const clockToleranceMs = 60_000;

const entries = z.array(z.looseObject({ id: z.string() }));

/**
 * Revocations for services that look at a token's signature alone, as roles of `orki-locks`: the name says whose tokens, and
 * from which second on they are good again. A role expires when no token that it is about can be accepted any more; then it
 * is not listed, and the sweep removes it as it does an expired lock.
 * @param tokenLifeMs how long the access tokens of the realm live
 */
export function revocations(
  { call, readBack }: BoundCalls,
  realm: Pick<RealmObjects, 'clientUuid'>,
  tokenLifeMs: () => number,
): Pick<Gateway, 'recordRevocation' | 'listRevocations'> {
  const rolesPath = async () => `/clients/${await realm.clientUuid(names.locksClient)}/roles`;

  return {
    async recordRevocation({ tenantId, clientId }, issuedBefore) {
      const name = revocationRoleName(tenantId, clientId, Date.parse(issuedBefore) / 1000);
      const path = await rolesPath();
      const acceptedUntil = new Date(Date.parse(issuedBefore) + tokenLifeMs());
      const expiresAt = new Date(acceptedUntil.getTime() + clockToleranceMs).toISOString();
      const body = { name, attributes: { [attribute.expiresAt]: [expiresAt] } };
      const operation = 'record revocation';
      const isRecorded = async () => {
        const { status } = await readBack({ operation: `check: ${operation}`, path: `${path}/${name}` });
        return status < 300;
      };
      const send = () => call({ operation, method: 'POST', path, body, expected: [409] });
      const answered = await confirmWrite(send, isRecorded);
      // Recorded already, in the same second, unless Keycloak met a conflict of another kind.
      if (answered?.status === 409 && !(await isRecorded())) {
        throw keycloakUnavailable(new KeycloakFailure(operation, { status: 409 }));
      }
      return { acceptedUntil: acceptedUntil.toISOString() };
    },

    async listRevocations(tenantId) {
      const path = await rolesPath();
      const prefix = revocationRoleName(tenantId);
      const query = { search: prefix, briefRepresentation: false };
      const pages = allPages(async (range) => {
        const wanted = {
          operation: 'list revocations',
          method: 'GET',
          path,
          query: { ...query, ...range },
        } as const;
        return entries.parse((await call(wanted)).body);
      });
      const latest = new Map<string, number>();
      for await (const role of pages) {
        const { name, expiresAt } = lockRole.parse(role);
        // Keycloak finds what contains it, whatever the case.
        const [, clientId, second] =
          /^([^.]+)\.([0-9]+)$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? [];
        if (clientId === undefined || expiresAt <= Date.now()) continue;
        latest.set(clientId, Math.max(latest.get(clientId) ?? 0, Number(second)));
      }
      return [...latest]
        .map(([clientId, second]) => ({ clientId, issuedBefore: new Date(second * 1000).toISOString() }))
        .sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
    },
  };
}
