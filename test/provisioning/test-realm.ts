import { randomBytes, randomUUID } from 'node:crypto';
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { loadCatalogue } from '../../src/keycloak/provisioning/catalogue.ts';
import type { Target } from '../../src/keycloak/provisioning/comparison.ts';
import { connectAsOperator } from '../../src/keycloak/provisioning/operator.ts';
import { apply, check } from '../../src/keycloak/provisioning/run.ts';
import { readSettings } from '../../src/keycloak/provisioning/settings.ts';
import { steps } from '../../src/keycloak/provisioning/steps.ts';
import { names } from '../../src/names.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into Keycloak's answers as they come
  body: any;
  location: string | null;
}
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;
export type TestRealm = Awaited<ReturnType<typeof testRealm>>;

interface Keycloak {
  url: string;
  adminUsername: string;
  adminPassword: string;
}

/**
 * A realm name of its own in the Keycloak under test. Keycloak ends with the tests, so nothing is cleared away: deleting
 * a realm takes it a second or two.
 */
export async function testRealm(keycloak: Keycloak, prefix: string) {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const secret = `test-${randomUUID()}`;
  const env = {
    KEYCLOAK_URL: keycloak.url,
    KEYCLOAK_REALM: name,
    KEYCLOAK_ADMIN_USERNAME: keycloak.adminUsername,
    KEYCLOAK_ADMIN_PASSWORD: keycloak.adminPassword,
    KEYCLOAK_CLIENT_SECRET: secret,
    FRONTEND_REDIRECT_URIS: 'https://app.orki.test/callback',
  };
  const target: Target = {
    keycloak: connectAsOperator(readSettings(env)),
    realm: name,
    catalogue: await loadCatalogue(),
    serviceClientSecret: secret,
    frontendRedirectUris: ['https://app.orki.test/callback'],
  };
  const token = (grant: Record<string, string>, realm = name) => requestToken(keycloak.url, realm, grant);
  const callAs = (accessToken: () => Promise<string>): Call =>
    adminCall(`${keycloak.url}/admin/realms`, name, accessToken);
  const operator = new KeycloakAdminClient({ baseUrl: keycloak.url });
  const admin = callAs(async () => {
    if (!operator.accessToken || operator.isTokenExpired()) {
      await operator.auth({
        grantType: 'password',
        clientId: 'admin-cli',
        username: keycloak.adminUsername,
        password: keycloak.adminPassword,
      });
    }
    return operator.accessToken ?? '';
  });

  return {
    name,
    secret,
    env,
    target,
    url: keycloak.url,
    adminUsername: keycloak.adminUsername,
    adminPassword: keycloak.adminPassword,
    admin,
    token,
    /** Calls the admin API with what `grant` gets from this realm's token URL. */
    callWith: async (grant: Record<string, string>) => {
      const accessToken = await token(grant);
      return callAs(async () => accessToken);
    },
    callWithToken: (accessToken: string) => callAs(async () => accessToken),
    asService: async () => {
      const accessToken = await token({
        grant_type: 'client_credentials',
        client_id: names.serviceClient,
        client_secret: secret,
      });
      return callAs(async () => accessToken);
    },
    provision: async (changes: Partial<Target> = {}) => {
      const lines: string[] = [];
      const outcome = await apply(steps, { ...target, ...changes }, (line) => lines.push(line));
      return { ...outcome, lines };
    },
    check: async (changes: Partial<Target> = {}) => {
      const lines: string[] = [];
      const outcome = await check(steps, { ...target, ...changes }, (line) => lines.push(line));
      return { ...outcome, lines };
    },
    uuidOf: async (clientId: string): Promise<string> => {
      const { body } = await admin('GET', `/clients?clientId=${encodeURIComponent(clientId)}`);
      return body[0].id;
    },
  };
}

function adminCall(base: string, realm: string, accessToken: () => Promise<string>): Call {
  return async (method, path, body) => {
    const url = path === '/../' ? base : `${base}/${realm}${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${await accessToken()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text), location: response.headers.get('location') };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function requestToken(url: string, realm: string, grant: Record<string, string>): Promise<string> {
  const response = await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(grant),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (!answer.access_token) throw new Error(`no token: ${JSON.stringify(answer)}`);
  return answer.access_token;
}

/** The header and claims of a JWT, unverified: these tests look at what Keycloak put in. */
export function decode(token: string) {
  const [header = '', payload = ''] = token.split('.');
  const json = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { header: json(header), claims: json(payload) };
}
