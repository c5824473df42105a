import { NotThereYet, type Step } from '../comparison.ts';

const providerName = 'orki-es256';

/**
 * An own P-256 key. Keycloak would make one by itself at the first ES256 token, but as a fallback that an
 * administrator does not see coming.
 */
export const signingKey: Step = {
  name: 'signing key',
  async compare({ keycloak, realm: name }, comparison) {
    const realm = await keycloak.realms.findOne({ realm: name });
    if (!realm) throw new NotThereYet(`realm ${name}`);
    const keys = await keycloak.realms.getKeys({ realm: name });
    if (keys.active?.ES256) {
      comparison.unchanged += 1;
      return;
    }
    comparison.differs('create', `key provider ${providerName}`, 'no active ES256 key', async () =>
      keycloak.components.create({
        name: providerName,
        parentId: realm.id ?? '',
        providerType: 'org.keycloak.keys.KeyProvider',
        providerId: 'ecdsa-generated',
        config: {
          priority: ['100'],
          enabled: ['true'],
          active: ['true'],
          ecdsaEllipticCurveKey: ['P-256'],
        },
      }),
    );
  },
};
