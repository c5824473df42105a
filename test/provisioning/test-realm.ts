import { randomBytes, randomUUID } from 'node:crypto';
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { checkRealm } from '../../src/keycloak/provisioning/check-realm.ts';
import { connectAsOperator } from '../../src/keycloak/provisioning/connect-as-operator.ts';
import { readPermissionFile } from '../../src/keycloak/provisioning/permission-file.ts';
import { provisionRealm } from '../../src/keycloak/provisioning/provision-realm.ts';
import { readSettings } from '../../src/keycloak/provisioning/settings.ts';
import type { Target } from '../../src/keycloak/provisioning/step.ts';
import { steps } from '../../src/keycloak/provisioning/steps.ts';
import { names } from '../../src/names.ts';
import { jsonRequest } from '../support/json-request.ts';

interface Answer {
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
    permissionFile: await readPermissionFile(),
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

  const uuidOf = async (clientId: string): Promise<string> => {
    const { body } = await admin('GET', `/clients?clientId=${encodeURIComponent(clientId)}`);
    return body[0].id;
  };

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
      const outcome = await provisionRealm(steps, { ...target, ...changes }, (line) => lines.push(line));
      return { ...outcome, lines };
    },
    check: async (changes: Partial<Target> = {}) => {
      const lines: string[] = [];
      const outcome = await checkRealm(steps, { ...target, ...changes }, (line) => lines.push(line));
      return { ...outcome, lines };
    },
    uuidOf,
    /** The roles of a client that have these names, to be mapped to somebody. */
    clientRoles: async (clientId: string, ...wanted: string[]): Promise<{ id: string; name: string }[]> => {
      const { body } = await admin('GET', `/clients/${await uuidOf(clientId)}/roles`);
      const roles = body.filter(({ name: role }: { name: string }) => wanted.includes(role));
      if (roles.length !== wanted.length) throw new Error(`${clientId} lacks one of ${wanted}`);
      return roles;
    },
  };
}

function adminCall(base: string, realm: string, accessToken: () => Promise<string>): Call {
  return async (method, path, body) => {
    const url = path === '/../' ? base : `${base}/${realm}${path}`;
    const response = await fetch(url, jsonRequest(await accessToken(), { method, body }));
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
