export {
  type CallOptions,
  type ChangeOptions,
  createServiceAccountsClient,
  type DeactivateOptions,
  type KeyedOptions,
  type RegenerateOptions,
  type ServiceAccountsClient,
  type ServiceAccountsClientOptions,
} from './client.ts';
export {
  type ErrorCode,
  type ErrorCodeOf,
  isProblem,
  type Problem,
  ServiceAccountsError,
} from './problem.ts';
export type {
  CreatedServiceAccount,
  CreateServiceAccount,
  CreateWithSecret,
  EditServiceAccount,
  ListQuery,
  PermissionCatalogue,
  PublicKey,
  PublicKeyToSet,
  RevocationList,
  ServiceAccount,
  ServiceAccountHistory,
  ServiceAccountPage,
  ServiceAccountWithRevocation,
  ServiceAccountWithSecret,
} from './types.ts';
