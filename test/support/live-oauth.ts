import { exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'openid-client';
import { names } from '../../src/names.ts';
import { decode } from '../provisioning/test-realm.ts';
import type { LiveRealm } from './live-realm.ts';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the curl of the product page gets: credentials in a form body. */
export async function requestToken(tokenUrl: string, { clientId, clientSecret }: Credentials) {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`,
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

/** A token by an integrator's OAuth library, which checks the answer, and what is in it. */
export async function obtainToken({ issuer }: LiveRealm, { clientId, clientSecret }: Credentials) {
  const config = await configuration(issuer, clientId, oauth.ClientSecretPost(clientSecret));
  const response = await oauth.clientCredentialsGrant(config);
  const { header, claims } = decode(response.access_token);
  const roles: string[] = claims.resource_access?.[names.apiClient]?.roles ?? [];
  return { response, token: response.access_token, header, claims, roles: roles.sort() };
}

/**
 * Asks Keycloak about tokens as a resource server does (RFC 7662). `orki-api` has no secret that opens anything, so
 * its operator gives it a key to sign its requests with.
 */
export async function introspector({ admin, issuer, apiClientUuid }: LiveRealm) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'resource-server', alg: 'ES256', use: 'sig' };
  await admin('PUT', `/clients/${apiClientUuid}`, {
    attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys: [jwk] }) },
  });
  const authentication = oauth.PrivateKeyJwt({ key: privateKey, kid: 'resource-server' });
  const config = await configuration(issuer, names.apiClient, authentication);
  return (token: string) => oauth.tokenIntrospection(config, token);
}

async function configuration(issuer: string, clientId: string, authentication: oauth.ClientAuth) {
  const config = new oauth.Configuration(await metadata(issuer), clientId, undefined, authentication);
  oauth.allowInsecureRequests(config);
  return config;
}

const known = new Map<string, Promise<oauth.ServerMetadata>>();

/** The server's own description (RFC 8414), read once. */
function metadata(issuer: string): Promise<oauth.ServerMetadata> {
  const reading = known.get(issuer) ?? discover(issuer);
  known.set(issuer, reading);
  return reading;
}

async function discover(issuer: string): Promise<oauth.ServerMetadata> {
  const options = { execute: [oauth.allowInsecureRequests] };
  return (await oauth.discovery(new URL(issuer), 'anybody', undefined, undefined, options)).serverMetadata();
}
