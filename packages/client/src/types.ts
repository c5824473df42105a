import type { components, operations } from './schema.ts';

type Schemas = components['schemas'];

export type ServiceAccount = Schemas['ServiceAccount'];
export type ServiceAccountWithSecret = Schemas['ServiceAccountWithSecret'] & {
  /** Whether the service had done this before, under the same Idempotency-Key; an earlier answer's secret is dead. */
  readonly replayed: boolean;
};
export type CreatedServiceAccount = Schemas['CreatedServiceAccount'] &
  Pick<ServiceAccountWithSecret, 'replayed'>;
export type ServiceAccountHistory = Schemas['ServiceAccountHistory'];
export type ServiceAccountWithRevocation = Schemas['ServiceAccountWithRevocation'];
export type RevocationList = Schemas['RevocationList'];
export type ServiceAccountPage = Schemas['ServiceAccountPage'];
export type PermissionCatalogue = Schemas['PermissionCatalogue'];
export type CreateServiceAccount = Schemas['CreateServiceAccount'];
/** An account that authenticates by a secret. */
export type CreateWithSecret = CreateServiceAccount & { readonly credentials?: { readonly type: 'secret' } };
export type PublicKey = Schemas['PublicKey'];
/** A public key as JSON (RFC 7517). */
export type PublicKeyToSet = Schemas['PublicKeyToSet'];
export type EditServiceAccount = Schemas['EditServiceAccount'];
export type ListQuery = NonNullable<operations['listServiceAccounts']['parameters']['query']>;
