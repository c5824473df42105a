import { createHash } from 'node:crypto';
import { creation, unchanged, update } from '../comparison.ts';
import { MissingPrerequisite, type Step } from '../step.ts';

const providerName = 'orki-es256';

/**
 * An own P-256 key, unless the realm has an active one already. Keycloak would make one by itself at the first
 * ES256 token, but as a fallback that no administrator expects.
 */
export const signingKey: Step = {
  name: 'signing key',
  async *compare({ keycloak, realm: name }) {
    const realm = await keycloak.realms.findOne({ realm: name });
    if (!realm?.id) throw new MissingPrerequisite(`realm ${name}`);
    const keys = await keycloak.realms.getKeys({ realm: name });
    if (keys.active?.ES256) {
      yield unchanged;
      return;
    }
    const id = providerId(realm.id);
    const provider = {
      id,
      name: providerName,
      parentId: realm.id,
      providerType: 'org.keycloak.keys.KeyProvider',
      providerId: 'ecdsa-generated',
      config: { priority: ['100'], enabled: ['true'], active: ['true'], ecdsaEllipticCurveKey: ['P-256'] },
    };
    // Ours may be there and switched off.
    const ours = await keycloak.components.findOne({ id });
    if (ours) {
      const config = { ...ours.config, ...provider.config };
      yield update(`key provider ${providerName}`, ['no active ES256 key'], () =>
        keycloak.components.update({ id }, { ...provider, config }),
      );
    } else {
      yield creation(`key provider ${providerName}`, () => keycloak.components.create(provider));
    }
  },
};

/** Always the same UUID for a realm: names of components need not be unique, and two runs would make two keys. */
function providerId(realmId: string): string {
  const digest = createHash('sha256').update(`${providerName} ${realmId}`).digest('hex');
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
