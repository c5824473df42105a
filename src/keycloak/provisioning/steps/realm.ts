import { creation, update } from '../comparison.ts';
import { mismatches } from '../mismatches.ts';
import { provisionedMark } from '../ownership.ts';
import type { Step } from '../step.ts';

const thirtyDaysSeconds = 30 * 24 * 60 * 60;

/** Fine-grained admin permissions are what keeps the service's own client from being an administrator. */
const needed = { adminPermissionsEnabled: true };

/**
 * Who signs in, what becomes of credentials and clients, and what fails. Not CLIENT_LOGIN: each token would be a row, and storing it
 * takes Keycloak a fifth of its token rate.
 */
const storedEvents = [
  ...['LOGIN', 'LOGOUT', 'IDENTITY_PROVIDER_LOGIN', 'IMPERSONATE', 'TOKEN_EXCHANGE'],
  ...['UPDATE_CREDENTIAL', 'REMOVE_CREDENTIAL', 'RESET_PASSWORD', 'UPDATE_EMAIL', 'UPDATE_PROFILE'],
  ...['CLIENT_REGISTER', 'CLIENT_UPDATE', 'CLIENT_DELETE', 'GRANT_CONSENT', 'REVOKE_GRANT'],
  ...['USER_DISABLED_BY_PERMANENT_LOCKOUT', 'USER_DISABLED_BY_TEMPORARY_LOCKOUT'],
  ...['CLIENT_LOGIN_ERROR', 'LOGIN_ERROR', 'LOGOUT_ERROR', 'CODE_TO_TOKEN_ERROR', 'TOKEN_EXCHANGE_ERROR'],
  ...['IDENTITY_PROVIDER_LOGIN_ERROR', 'IMPERSONATE_ERROR', 'UPDATE_CREDENTIAL_ERROR'],
  ...['RESET_PASSWORD_ERROR', 'CLIENT_REGISTER_ERROR', 'CLIENT_UPDATE_ERROR', 'CLIENT_DELETE_ERROR'],
];

/** Only for a realm that provisioning makes: an existing one keeps its own settings. */
const newRealm = {
  enabled: true,
  ...needed,
  // ES256 gives 1.2 times the tokens a second of RS256, more on a newer Java, and shorter ones.
  defaultSignatureAlgorithm: 'ES256',
  eventsEnabled: true,
  enabledEventTypes: storedEvents,
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
