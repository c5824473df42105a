import type ClientScopeRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientScopeRepresentation.js';
import type ProtocolMapperRepresentation from '@keycloak/keycloak-admin-client/lib/defs/protocolMapperRepresentation.js';
import { names } from '../../../names.ts';
import { type Comparison, creation, removal, update } from '../comparison.ts';
import {
  findClientScope,
  requireClient,
  requireClientRoles,
  type StoredRole,
  type StoredScope,
} from '../lookups.ts';
import { mismatches } from '../mismatches.ts';
import { foreignObject, isProvisioned, provisionedMark } from '../ownership.ts';
import { grantableRoleNames } from '../permission-file.ts';
import { compareRoleSet, mappedRoles } from '../role-sets.ts';
import type { Step, Target } from '../step.ts';

type Mapper = ProtocolMapperRepresentation & { name: string };

const inAccessToken = { 'access.token.claim': 'true', 'introspection.token.claim': 'true' };

const mapper = (name: string, protocolMapper: string, config: Record<string, string> = {}): Mapper => ({
  name,
  protocol: 'openid-connect',
  protocolMapper,
  config: { ...inAccessToken, ...config },
});

const audience = mapper('audience', 'oidc-audience-mapper', { 'included.client.audience': names.apiClient });
const rolesAs = (name: string, claim: string) =>
  mapper(name, 'oidc-usermodel-client-role-mapper', {
    'usermodel.clientRoleMapping.clientId': names.apiClient,
    'claim.name': claim,
    'jsonType.label': 'String',
    multivalued: 'true',
  });

const roles = rolesAs('roles', `resource_access.${names.apiClient}.roles`);
/** The same list at the top level: most libraries cannot be told to look into a nested claim. */
const permissions = rolesAs('permissions', names.permissionsClaim);

const tenantClaim = { 'claim.name': names.tenantClaim, 'jsonType.label': 'String', multivalued: 'false' };

/**
 * The tenant of a service account is a role, so that its client needs no mapper of its own: from 26.8 on, writing
 * a mapper takes manage-realm, which the running service must not have.
 */
const tenantFromRole = mapper('tenant', 'oidc-usermodel-client-role-mapper', {
  ...tenantClaim,
  'usermodel.clientRoleMapping.clientId': names.tenantsClient,
});

const tenantFromAttribute = mapper('tenant', 'oidc-usermodel-attribute-mapper', {
  ...tenantClaim,
  'user.attribute': names.tenantClaim,
  // Otherwise a group's attribute of this name would take the place of a missing one of the person.
  'aggregate.attrs': 'false',
});

const scopes: { name: string; description: string; mappers: Mapper[] }[] = [
  {
    name: names.serviceAccountScope,
    description: 'All that the token of a service account carries.',
    mappers: [audience, roles, permissions, tenantFromRole, mapper('subject', 'oidc-sub-mapper')],
  },
  {
    name: names.userScope,
    description: "Audience, tenant and permissions in a person's token for the Orki API.",
    mappers: [audience, roles, permissions, tenantFromAttribute],
  },
];

/** The two scopes that put audience, tenant and roles into tokens, of service accounts and of people. */
export const clientScopes: Step = {
  name: 'client scopes',
  async *compare(target) {
    const { keycloak } = target;
    const api = await requireClient(target, names.apiClient);
    const apiRoles = await requireClientRoles(target, api, grantableRoleNames(target.permissionFile));
    for (const { name, description, mappers } of scopes) {
      const wanted = {
        name,
        description,
        protocol: 'openid-connect',
        attributes: {
          ...provisionedMark,
          'include.in.token.scope': 'false',
          'display.on.consent.screen': 'false',
        },
      };
      const actual = await findClientScope(target, name);
      if (!actual) {
        yield creation(`client scope ${name}`, () =>
          keycloak.clientScopes.create({ ...wanted, protocolMappers: mappers }),
        );
      } else if (!isProvisioned(actual)) {
        yield foreignObject(`client scope ${name}`);
      } else {
        yield* compareScope(target, actual, { wanted, mappers, apiRoles });
      }
    }
  },
};

async function* compareScope(
  { keycloak }: Target,
  actual: StoredScope,
  {
    wanted,
    mappers,
    apiRoles,
  }: { wanted: ClientScopeRepresentation; mappers: Mapper[]; apiRoles: StoredRole[] },
): AsyncGenerator<Comparison> {
  const { id, name } = actual;
  yield update(`client scope ${name}`, mismatches(wanted, actual), () =>
    keycloak.clientScopes.update(
      { id },
      { ...wanted, attributes: { ...actual.attributes, ...wanted.attributes } },
    ),
  );
  yield* compareMappers({ keycloak }, actual, mappers);
  const found = mappedRoles(await keycloak.clientScopes.listScopeMappings({ id }));
  yield compareRoleSet(`roles in client scope ${name}`, apiRoles, found, {
    addOfClient: (client, roles) => keycloak.clientScopes.addClientScopeMappings({ id, client }, roles),
    removeOfClient: (client, roles) => keycloak.clientScopes.delClientScopeMappings({ id, client }, roles),
    removeOfRealm: (roles) => keycloak.clientScopes.delRealmScopeMappings({ id }, roles),
  });
  // As a realm default it would put tenant and permissions into the tokens of every client made from then on.
  const defaults = await keycloak.clientScopes.listDefaultClientScopes();
  const isDefault = defaults.some((scope) => scope.id === id);
  yield update(`client scope ${name} in the realm's defaults`, isDefault ? ['is one of them'] : [], () =>
    keycloak.clientScopes.delDefaultClientScope({ id }),
  );
}

function* compareMappers(
  { keycloak }: Pick<Target, 'keycloak'>,
  { id, name: scope, protocolMappers = [] }: StoredScope,
  wanted: Mapper[],
): Generator<Comparison> {
  for (const desired of wanted) {
    const what = `mapper ${desired.name} of ${scope}`;
    const actual = protocolMappers.find(({ name }) => name === desired.name);
    if (!actual?.id) {
      yield creation(what, () => keycloak.clientScopes.addProtocolMapper({ id }, desired));
      continue;
    }
    const mapperId = actual.id;
    yield update(what, mismatches(desired, actual), () =>
      keycloak.clientScopes.updateProtocolMapper({ id, mapperId }, { ...desired, id: mapperId }),
    );
  }
  for (const surplus of protocolMappers.filter(
    ({ name }) => !wanted.some((desired) => desired.name === name),
  )) {
    yield removal(`mapper ${surplus.name} of ${scope}`, 'is not one of ours', () =>
      keycloak.clientScopes.delProtocolMapper({ id, mapperId: surplus.id ?? '' }),
    );
  }
}
