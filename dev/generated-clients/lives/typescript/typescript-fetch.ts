import { Configuration, PermissionsApi, ResponseError, ServiceAccountsApi, TokensApi } from './client/index';
import { live, settings, tenantId } from './steps';

const configuration = new Configuration({ basePath: settings.api, accessToken: settings.token });
const accounts = new ServiceAccountsApi(configuration);
const permissions = new PermissionsApi(configuration);
const tokens = new TokensApi(new Configuration({ basePath: settings.keycloak }));

live({
  permissions: () => permissions.listPermissions({ tenantId }),
  create: (createServiceAccount) => accounts.createServiceAccount({ tenantId, createServiceAccount }),
  edit: (id, editServiceAccount) => accounts.editServiceAccount({ tenantId, id, editServiceAccount }),
  get: (id) => accounts.getServiceAccount({ tenantId, id }),
  list: (limit, cursor) => accounts.listServiceAccounts({ tenantId, limit, ...(cursor && { cursor }) }),
  regenerate: (id, overlapSeconds) =>
    accounts.regenerateSecret({ tenantId, id, regenerateSecret: { overlapSeconds } }),
  endPrevious: (id) => accounts.endPreviousSecret({ tenantId, id }),
  deactivate: (id) => accounts.deactivateServiceAccount({ tenantId, id }),
  activate: (id) => accounts.activateServiceAccount({ tenantId, id }),
  delete: (id) => accounts.deleteServiceAccount({ tenantId, id }),
  token: async (clientId, clientSecret) => {
    const grantType = 'client_credentials';
    const { accessToken } = await tokens.obtainToken({ grantType, clientId, clientSecret });
    return { access_token: accessToken };
  },
  problemOf: async (error) => (error instanceof ResponseError ? error.response.json() : undefined),
});
