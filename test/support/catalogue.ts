import file from '../../keycloak/permissions.json' with { type: 'json' };
import type { Catalogue } from '../../src/permissions/catalogue.ts';

const permissions = file.groups.flatMap((group) => group.permissions);

/** The catalogue that ships, as the service would read it from a provisioned Keycloak. */
export const shippedCatalogue: Catalogue = {
  groups: file.groups.map((group) => ({
    name: group.name,
    label: group.label,
    permissions: group.permissions.map(({ name, label, description }) => ({ name, label, description })),
  })),
  included: {
    admin: new Set(
      permissions
        .filter((permission) => !('excludedFromAdmin' in permission && permission.excludedFromAdmin))
        .map(({ name }) => name),
    ),
    agent: new Set(
      permissions.filter(({ modes }) => modes.some((mode) => mode === 'agent')).map(({ name }) => name),
    ),
  },
};
