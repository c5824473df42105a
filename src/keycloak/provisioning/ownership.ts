/**
 * The attribute by which provisioning knows what it made itself: a client or scope that has one of our names but
 * not this mark is somebody else's and is never changed. An operator hands one over by setting it.
 */
const provisionedAttribute = 'orki.provisioned';

export const provisionedMark = { [provisionedAttribute]: 'true' };

/** Whether provisioning made this client, client scope or realm, or was handed it. */
export function isProvisioned(object: { attributes?: Record<string, unknown> }): boolean {
  return object.attributes?.[provisionedAttribute] === 'true';
}

/** The finding for an object that stands where one of ours has to be. */
export function somebodyElses(what: string): string {
  return `${what} exists, but provisioning did not make it; rename it, or set its attribute ${provisionedAttribute} to true to hand it over`;
}
