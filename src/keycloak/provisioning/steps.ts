import type { Step } from './step.ts';
import { adminPermissions, adminPolicies } from './steps/admin-permissions.ts';
import { clientPolicies } from './steps/client-policies.ts';
import { clientScopes } from './steps/client-scopes.ts';
import { commandLineClient } from './steps/command-line-client.ts';
import { foreignPermissions } from './steps/foreign-permissions.ts';
import { frontendClient } from './steps/frontend-client.ts';
import { modeRoles } from './steps/mode-roles.ts';
import { permissionRoles } from './steps/permission-roles.ts';
import { realm } from './steps/realm.ts';
import { resourceClients } from './steps/resource-clients.ts';
import { serviceClient } from './steps/service-client.ts';
import { signingKey } from './steps/signing-key.ts';
import { userProfile } from './steps/user-profile.ts';

/**
 * All that the service needs of a realm, in the order in which one part builds on another. The client
 * policies come before all that writes clients: damaged ones may refuse the operator what is needed here. They know the
 * service by the names of its client and role, which need not exist yet. The permissions come last, because they protect
 * every client that exists by then.
 */
export const steps: Step[] = [
  realm,
  clientPolicies,
  foreignPermissions,
  signingKey,
  userProfile,
  resourceClients,
  permissionRoles,
  modeRoles,
  clientScopes,
  frontendClient,
  commandLineClient,
  serviceClient,
  adminPolicies,
  adminPermissions,
];
