import { createHash } from 'node:crypto';
import type { Gateway } from './gateway.ts';

interface RevocationList {
  readonly revocations: { clientId: string; issuedBefore: string }[];
  /** The same as long as the list is. */
  readonly etag: string;
}

/** Whose tokens of the tenant were revoked, and from when on they are good again, while any of them may be accepted. */
export async function listRevocations(gateway: Gateway, tenantId: string): Promise<RevocationList> {
  const revocations = await gateway.listRevocations(tenantId);
  const digest = createHash('sha256').update(JSON.stringify(revocations)).digest('base64url').slice(0, 22);
  return { revocations, etag: `"${digest}"` };
}
