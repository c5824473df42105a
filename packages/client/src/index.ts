export {
  type CallOptions,
  type ChangeOptions,
  createServiceAccountsClient,
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
  CreateServiceAccount,
  EditServiceAccount,
  ListQuery,
  PermissionCatalogue,
  ServiceAccount,
  ServiceAccountHistory,
  ServiceAccountPage,
  ServiceAccountWithSecret,
} from './types.ts';
