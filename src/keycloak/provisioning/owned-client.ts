import type { KeyObject } from 'node:crypto';
import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import { assertionAlgorithm, publicKeySet } from '../calls/client-keys.ts';
import { type Comparison, mismatches, setDifference, type Target } from './comparison.ts';
import { findClient, requireClientScope, type StoredClient } from './lookups.ts';
import { isProvisioned, provisionedMark, somebodyElses } from './ownership.ts';

/** A client that can obtain no token in any way. */
export const noFlows = {
  standardFlowEnabled: false,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  publicClient: false,
} satisfies ClientRepresentation;

/**
 * A client that authenticates by any of these keys (private_key_jwt). Keycloak then takes no secret from it, not the
 * one that it stores with every client either.
 */
export async function authenticatedBy(keys: readonly KeyObject[]) {
  return {
    clientAuthenticatorType: 'client-jwt',
    attributes: {
      'use.jwks.string': 'true',
      'jwks.string': JSON.stringify(await publicKeySet(keys)),
      'token.endpoint.auth.signing.alg': assertionAlgorithm,
    },
  };
}

type DesiredClient = ClientRepresentation & { clientId: string };

/**
 * Compares a client of ours, its default and optional scopes included, and returns it when it is there. One that
 * provisioning didn't make is left alone and becomes a blocking finding. `onlyAtCreation` is sent once and never
 * compared.
 */
export async function compareOwnedClient(
  target: Target,
  comparison: Comparison,
  { defaultClientScopes = [], ...desired }: DesiredClient,
  onlyAtCreation: ClientRepresentation = {},
): Promise<StoredClient | undefined> {
  const { keycloak } = target;
  const what = `client ${desired.clientId}`;
  const wanted = { enabled: true, ...desired, attributes: { ...provisionedMark, ...desired.attributes } };
  const actual = await findClient(target, desired.clientId);
  if (!actual) {
    comparison.differs('create', what, '', () =>
      // Keycloak would add the realm's default and optional scopes to a client that brings no lists of its own.
      keycloak.clients.create({
        ...wanted,
        ...onlyAtCreation,
        defaultClientScopes,
        optionalClientScopes: [],
      }),
    );
    return undefined;
  }
  if (!isProvisioned(actual)) {
    comparison.finding(somebodyElses(what), { blocking: true });
    return undefined;
  }
  comparison.updates(what, mismatches(wanted, actual), () =>
    keycloak.clients.update({ id: actual.id }, { ...wanted, id: actual.id }),
  );
  await compareScopesOf(target, comparison, actual, defaultClientScopes);
  return actual;
}

/** A client's own scope lists are ignored by PUT and have endpoints of their own. */
async function compareScopesOf(
  target: Target,
  comparison: Comparison,
  client: StoredClient,
  wanted: string[],
): Promise<void> {
  const { keycloak } = target;
  // Keycloak adds this one to every client with a service account.
  const own = client.serviceAccountsEnabled ? ['service_account'] : [];
  const { missing, surplus } = setDifference([...wanted, ...own], client.defaultClientScopes ?? []);
  const optional = client.optionalClientScopes ?? [];
  const text = [
    ...missing.map((name) => `lacks ${name}`),
    ...surplus.map((name) => `has ${name} too many`),
    ...optional.map((name) => `has optional ${name} too many`),
  ];
  comparison.updates(`scopes of client ${client.clientId}`, text, async () => {
    const reference = async (name: string) => ({
      id: client.id,
      clientScopeId: (await requireClientScope(target, name)).id,
    });
    for (const name of optional) await keycloak.clients.delOptionalClientScope(await reference(name));
    for (const name of surplus) await keycloak.clients.delDefaultClientScope(await reference(name));
    for (const name of missing) await keycloak.clients.addDefaultClientScope(await reference(name));
  });
}
