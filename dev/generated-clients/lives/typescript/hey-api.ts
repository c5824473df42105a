import { client } from './client/client.gen';
import * as sdk from './client/index';
import { live, settings, tenantId } from './steps';

client.setConfig({ baseUrl: settings.api, auth: () => settings.token, throwOnError: true });
const throwOnError = true as const;
const path = (id: string) => ({ path: { tenantId, id }, throwOnError });
const data = async <Data>(call: Promise<{ data: Data }>): Promise<Data> => (await call).data;

live({
  permissions: () => data(sdk.listPermissions({ path: { tenantId }, throwOnError })),
  create: (body) => data(sdk.createServiceAccount({ path: { tenantId }, body, throwOnError })),
  edit: (id, body) => data(sdk.editServiceAccount({ ...path(id), body })),
  get: (id) => data(sdk.getServiceAccount(path(id))),
  list: (limit, cursor) =>
    data(
      sdk.listServiceAccounts({
        path: { tenantId },
        query: { limit, ...(cursor && { cursor }) },
        throwOnError,
      }),
    ),
  regenerate: (id, overlapSeconds) => data(sdk.regenerateSecret({ ...path(id), body: { overlapSeconds } })),
  endPrevious: (id) => data(sdk.endPreviousSecret(path(id))),
  deactivate: (id) => data(sdk.deactivateServiceAccount(path(id))),
  activate: (id) => data(sdk.activateServiceAccount(path(id))),
  delete: async (id) => void (await sdk.deleteServiceAccount(path(id))),
  token: (client_id, client_secret) => {
    const body = { grant_type: 'client_credentials', client_id, client_secret } as const;
    return data(sdk.obtainToken({ baseUrl: settings.keycloak, body, throwOnError }));
  },
  // It throws the body of the answer.
  problemOf: async (error) =>
    'code' in (error as object) ? (error as { code: string; detail: string }) : undefined,
});
