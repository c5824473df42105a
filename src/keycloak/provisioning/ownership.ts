import { provisioningAttributes } from '../../names.ts';
import { type Finding, finding } from './comparison.ts';

/** Goes onto the clients, client scopes and realms that provisioning makes. */
export const provisionedMark = { [provisioningAttributes.provisioned]: 'true' };

/** Whether provisioning made this client, client scope or realm, or was handed it. */
export function isProvisioned(object: { attributes?: Record<string, unknown> }): boolean {
  return object.attributes?.[provisioningAttributes.provisioned] === 'true';
}

/** The blocking finding for an object of somebody else that has the name of one of ours. */
export function foreignObject(what: string): Finding {
  return finding(
    `${what} exists, but provisioning did not make it; rename it, or set its attribute ${provisioningAttributes.provisioned} to true to hand it over`,
    { blocking: true },
  );
}
