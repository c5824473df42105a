import type ClientPolicyRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientPolicyRepresentation.js';
import type ClientProfileRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientProfileRepresentation.js';
import { clientAttributes, clientAuthenticators, names } from '../../names.ts';

/** Every field in which Keycloak 26.7 looks for an address, of SAML clients too. */
const addresses = [
  ...['rootUrl', 'adminUrl', 'baseUrl', 'redirectUris', 'webOrigins', 'jwksUri', 'requestUris'],
  ...['backchannelLogoutUrl', 'postLogoutRedirectUris', 'cibaClientNotificationEndpoint', 'logoUri'],
  ...['policyUri', 'tosUri', 'sectorIdentifierUri', 'saml.metadataDescriptorUrl'],
  ...['saml_assertion_consumer_url_post', 'saml_assertion_consumer_url_redirect'],
  ...['saml_single_logout_service_url_post', 'saml_single_logout_service_url_redirect'],
  ...['saml_single_logout_service_url_artifact', 'saml_single_logout_service_url_soap'],
  ...['saml_artifact_binding_url', 'saml_artifact_resolution_service_url'],
];

/**
 * What a service account's client has to be like. `reject-implicit-grant` would belong here, but answers 500 to a PUT
 * of some fields alone; without redirect addresses the implicit grant leads nowhere. `confidential-client` does not act
 * on the Admin API.
 */
export const accountClientProfile = {
  name: 'orki service accounts',
  description: 'Clients with a secret or keys of their own, for the client credentials grant alone.',
  executors: [
    { executor: 'full-scope-disabled', configuration: { 'auto-configure': false } },
    { executor: 'reject-ropc-grant', configuration: { 'auto-configure': false } },
    {
      executor: 'secure-client-authenticator',
      configuration: {
        'allowed-client-authenticators': [clientAuthenticators.secret, clientAuthenticators.keys],
        // Keycloak puts it in where a write names none, and would refuse the write without it.
        'default-client-authenticator': clientAuthenticators.secret,
      },
    },
    {
      executor: 'secure-client-uris-pattern',
      configuration: { 'client-uri-fields': addresses, 'allowed-patterns': ['^$'] },
    },
  ],
} satisfies ClientProfileRepresentation;

/** A hundred years, in seconds: a secret ends when the service says so, and not by itself. */
const neverSeconds = 3_153_600_000;

/**
 * Under it Keycloak keeps a second secret, and the time at which each ends, through every write; without it each write
 * removes both. It makes up no end of its own. When an account is written to whose secret has ended, Keycloak gives it a
 * random one that nobody knows; `rotated-expiration-period` 0 keeps the ended one from being taken beside that.
 */
export const rotationProfile = {
  name: 'orki secrets',
  description: 'Two secrets for a time, and secrets that end, as the service says.',
  executors: [
    {
      executor: 'secret-rotation',
      configuration: {
        'expiration-period': neverSeconds,
        'rotated-expiration-period': 0,
        'remaining-rotation-period': 0,
      },
    },
  ],
} satisfies ClientProfileRepresentation;

/** Whoever writes to them, in the console too: a write to which this did not apply would make a secret eternal. */
export const rotationPolicy = {
  name: 'orki secrets of service accounts',
  description:
    'The secrets of service accounts end when the service says so, whoever else changes the client.',
  enabled: true,
  conditions: [
    {
      condition: 'client-attributes',
      configuration: { attributes: JSON.stringify([{ key: clientAttributes.managed, value: 'true' }]) },
    },
  ],
  profiles: [rotationProfile.name],
} satisfies ClientPolicyRepresentation;

const policyForService = {
  name: 'orki what the service makes',
  description: 'Whatever the service makes or changes is like a service account.',
  enabled: true,
  conditions: [
    {
      condition: 'client-updater-source-roles',
      configuration: { roles: [`${names.serviceClient}.${names.makerRole}`] },
    },
  ],
  profiles: [accountClientProfile.name],
} satisfies ClientPolicyRepresentation;

const policyForRegistration = {
  name: 'orki registration by token',
  description:
    'Whoever may manage clients may make tokens for registering some, past the policy of the service.',
  enabled: true,
  conditions: [
    {
      condition: 'client-updater-context',
      configuration: { 'update-client-source': ['ByInitialAccessToken', 'ByRegistrationAccessToken'] },
    },
  ],
  profiles: [accountClientProfile.name],
} satisfies ClientPolicyRepresentation;

/**
 * When the profile applies. Dynamic client registration does not tell who made the token that it is done with, so
 * there the policy is for everybody: not in a realm that others made, where they may rely on it.
 */
export function desiredClientPolicies({ ownsRealm }: { ownsRealm: boolean }) {
  return ownsRealm ? [policyForService, policyForRegistration] : [policyForService];
}
