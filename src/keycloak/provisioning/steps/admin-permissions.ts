import { Logic } from '@keycloak/keycloak-admin-client/lib/defs/policyRepresentation.js';
import { names } from '../../../names.ts';
import { type Comparison, mismatches, NotThereYet, type Step } from '../comparison.ts';
import { requireClient } from '../lookups.ts';
import {
  type AdminPermission,
  openPermissionStore,
  type PermissionStore,
  type Resource,
  type StoredPermission,
  type UserPolicy,
} from '../permission-store.ts';
import {
  desiredPermissions,
  isOurs,
  nobodyPolicy,
  othersPolicy,
  servicePolicy,
} from '../service-permissions.ts';

/** Who the permissions are about: the service, by the user behind its client, everybody else, and nobody. */
export const adminPolicies: Step = {
  name: 'admin policies',
  async compare(target, comparison) {
    const store = await openPermissionStore(target);
    const service = await requireClient(target, names.serviceClient);
    const { id: userId = '' } = await target.keycloak.clients.getServiceAccountUser({ id: service.id });
    // Policies of type client would name the client itself, but make every list come out empty.
    const desired: UserPolicy[] = [
      { name: servicePolicy, logic: Logic.POSITIVE, users: [userId] },
      { name: othersPolicy, logic: Logic.NEGATIVE, users: [userId] },
      { name: nobodyPolicy, logic: Logic.POSITIVE, users: [] },
    ];
    const all = await store.policies();
    // A type can't be changed, so one of our names that is of another type makes way.
    const found = all.filter(({ type }) => type === 'user');
    const wanted = desired.map(({ name }) => name);
    for (const surplus of all.filter(
      ({ name, type }) => isOurs(name) && !(type === 'user' && wanted.includes(name)),
    )) {
      comparison.differs(
        'remove',
        `admin policy "${surplus.name}"`,
        `of type ${surplus.type} is not needed`,
        () => store.removePolicy(surplus.id),
      );
    }
    for (const policy of desired) {
      const what = `admin policy "${policy.name}"`;
      const actual = found.find(({ name }) => name === policy.name);
      if (!actual) comparison.differs('create', what, '', () => store.createPolicy(policy));
      else comparison.updates(what, mismatches(policy, actual), () => store.updatePolicy(actual.id, policy));
    }
  },
};

/** What the service may do and what it must not reach. */
export const adminPermissions: Step = {
  name: 'admin permissions',
  async compare(target, comparison) {
    const store = await openPermissionStore(target);
    const found = await store.permissions();
    const desired = await desiredPermissions(target);

    const policies = await store.policies();
    const policyIds = (permission: AdminPermission) =>
      permission.policies.map((name) => {
        const policy = policies.find((candidate) => candidate.name === name);
        if (!policy) throw new NotThereYet(`admin policy "${name}"`);
        return policy.id;
      });
    for (const permission of desired) {
      const actual = found.find(({ name }) => name === permission.name);
      comparePermission(store, comparison, permission, actual, policyIds(permission));
    }
    const wanted = desired.map(({ name }) => name);
    for (const surplus of found.filter(({ name }) => isOurs(name) && !wanted.includes(name))) {
      comparison.differs('remove', `admin permission "${surplus.name}"`, 'is not needed', () =>
        store.removePermission(surplus.id),
      );
    }
  },
};

function comparePermission(
  store: PermissionStore,
  comparison: Comparison,
  permission: AdminPermission,
  actual: StoredPermission | undefined,
  policyIds: string[],
): void {
  const what = `admin permission "${permission.name}"`;
  if (!actual) {
    comparison.differs('create', what, '', () => store.createPermission(permission, policyIds));
    return;
  }
  const { resources, ...rest } = permission;
  const without = (some: Resource[], others: Resource[]) =>
    some.filter(({ id }) => !others.some((other) => other.id === id));
  const differences = [
    ...mismatches({ ...rest, logic: Logic.POSITIVE }, actual),
    ...without(resources, actual.resources).map(({ name }) => `lacks ${name}`),
    ...without(actual.resources, resources).map(({ name }) => `has ${name} too many`),
    // No resources means all of them, not none.
    ...(resources.length > 0 && actual.resources.length === 0 ? ['is for all'] : []),
  ];
  comparison.updates(what, differences, () => store.updatePermission(actual.id, permission, policyIds));
}
