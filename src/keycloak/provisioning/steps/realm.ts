import { creation, update } from '../comparison.ts';
import { mismatches } from '../mismatches.ts';
import { provisionedMark } from '../ownership.ts';
import type { Step } from '../step.ts';

const thirtyDaysSeconds = 30 * 24 * 60 * 60;

/** Fine-grained admin permissions are what keeps the service's own client from being an administrator. */
const needed = { adminPermissionsEnabled: true };

/** Only for a realm that provisioning makes: an existing one keeps its own settings. */
const newRealm = {
  enabled: true,
  ...needed,
  // ES256 gives 1.4 to 2.5 times the tokens a second of RS256, and shorter ones.
  defaultSignatureAlgorithm: 'ES256',
  eventsEnabled: true,
  eventsExpiration: thirtyDaysSeconds,
  adminEventsEnabled: true,
  attributes: { ...provisionedMark, adminEventsExpiration: String(thirtyDaysSeconds) },
};

/** The realm itself; of one that is there already, only what the service can't do without. */
export const realm: Step = {
  name: 'realm',
  async *compare({ keycloak, realm: name }) {
    const actual = await keycloak.realms.findOne({ realm: name });
    if (!actual) {
      yield creation(`realm ${name}`, () => keycloak.realms.create({ realm: name, ...newRealm }));
      return;
    }
    yield update(`realm ${name}`, mismatches(needed, actual), () =>
      keycloak.realms.update({ realm: name }, needed),
    );
  },
};
