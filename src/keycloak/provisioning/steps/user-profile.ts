import type { UserProfileAttribute } from '@keycloak/keycloak-admin-client/lib/defs/userProfileMetadata.js';
import { UnmanagedAttributePolicy } from '@keycloak/keycloak-admin-client/lib/defs/userProfileMetadata.js';
import { names } from '../../../names.ts';
import { mismatches, NotThereYet, type Step } from '../comparison.ts';

/** People see which tenant they belong to; only administrators decide it, since it becomes a claim. */
const tenantAttribute = {
  name: names.tenantClaim,
  displayName: 'Tenant',
  permissions: { view: ['admin', 'user'], edit: ['admin'] },
  validations: { pattern: { pattern: '^[a-z0-9][a-z0-9_-]{0,62}$', 'error-message': 'not a tenant id' } },
  multivalued: false,
} satisfies UserProfileAttribute;

export const userProfile: Step = {
  name: 'user profile',
  async compare({ keycloak, realm }, comparison) {
    if (!(await keycloak.realms.findOne({ realm }))) throw new NotThereYet(`realm ${realm}`);
    const profile = await keycloak.users.getProfile();
    const others = (profile.attributes ?? []).filter(({ name }) => name !== tenantAttribute.name);
    const actual = profile.attributes?.find(({ name }) => name === tenantAttribute.name);
    const what = `user attribute ${tenantAttribute.name}`;
    // The profile is one document: everything that others declared goes back as it was read.
    const save = () =>
      keycloak.users.updateProfile({
        ...profile,
        attributes: [...others, { ...actual, ...tenantAttribute }],
      });
    if (!actual) comparison.differs('create', what, '', save);
    else comparison.updates(what, mismatches(tenantAttribute, actual), save);

    if (profile.unmanagedAttributePolicy === UnmanagedAttributePolicy.Enabled) {
      comparison.finding(
        'people may edit user attributes that the profile does not declare (unmanaged attributes: enabled); tenant_id is declared and safe, but consider switching that off',
        { blocking: false },
      );
    }
  },
};
