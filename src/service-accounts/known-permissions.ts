import { ServiceError } from '../errors.ts';
import { nearest } from '../nearest.mjs';
import { type Catalogue, permissionNames } from '../permissions/catalogue.ts';
import { inOneText, quoted } from '../wording.ts';
import type { Gateway } from './gateway.ts';

/**
 * The catalogue, after making sure that it knows all `permissions`. A name that is not known is looked up afresh
 * once, so that a permission provisioned a moment ago can be granted at once.
 * @throws {ServiceError} 400 naming each permission that does not exist.
 */
export async function catalogueKnowing(gateway: Gateway, permissions: readonly string[]): Promise<Catalogue> {
  const cached = await gateway.catalogue();
  if (unknownIn(cached, permissions).length === 0) return cached;
  const fresh = await gateway.catalogue({ fresh: true });
  const unknown = unknownIn(fresh, permissions);
  if (unknown.length === 0) return fresh;
  const errors = unknown.map((index) => ({
    in: 'body' as const,
    pointer: `/permissions/${index}`,
    code: 'unknown-permission',
    detail: explainUnknown(permissions[index] ?? '', permissionNames(fresh)),
  }));
  const detail = inOneText(errors.map((field) => field.detail));
  throw new ServiceError('invalid-request', { detail, errors });
}

function explainUnknown(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const next = near ? `Did you mean ${near}?` : 'GET …/permissions lists all permissions.';
  return `${quoted(name)} is not a permission. ${next}`;
}

function unknownIn(catalogue: Catalogue, permissions: readonly string[]): number[] {
  const known = new Set(permissionNames(catalogue));
  return permissions.flatMap((name, index) => (known.has(name) ? [] : [index]));
}
