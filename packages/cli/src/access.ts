import { readFileSync } from 'node:fs';
import { createServiceAccountsClient, type ServiceAccountsClient } from '../../client/src/index.ts';
import { exitCodes, Failure } from './exit-codes.ts';
import type { Io } from './io.ts';
import { sessionStore } from './session.ts';
import { ownToken, renewed, tenantOf } from './sign-in.ts';

interface AccessOptions {
  readonly url: string | undefined;
  readonly tenant: string | undefined;
}

/**
 * The service's calls, as a service account, where the environment holds the credential of one, otherwise as the person who is signed in.
 * @throws {Failure} `notSignedIn` when there is neither, `usage` when something has to be named
 */
export async function openAccounts({ url, tenant }: AccessOptions, io: Io): Promise<ServiceAccountsClient> {
  const own = ownCredential(io.env);
  if (own !== undefined) {
    if (url === undefined) throw new Failure(exitCodes.usage, 'Name the service: --url, or ORKI_URL.');
    // Asked for at once, because the token names the tenant; a command is over before it expires.
    const token = await ownToken(own);
    const tenantId = tenant ?? tenantOf(token);
    return createServiceAccountsClient({ baseUrl: url, tenantId, token: () => token });
  }
  const store = sessionStore(io.env);
  let session = store.read();
  if (session === undefined || (url !== undefined && url !== session.url)) {
    throw new Failure(
      exitCodes.notSignedIn,
      'Nobody is signed in: run orki-sa login, or set ORKI_TOKEN_URL, ORKI_CLIENT_ID and ORKI_CLIENT_SECRET to the credential of a service account.',
    );
  }
  return createServiceAccountsClient({
    baseUrl: session.url,
    tenantId: tenant ?? session.tenant,
    async token() {
      const before = session as NonNullable<typeof session>;
      session = await renewed(before);
      if (session !== before) store.write(session);
      return session.accessToken;
    },
  });
}

function ownCredential(env: NodeJS.ProcessEnv) {
  const clientId = env.ORKI_CLIENT_ID;
  if (!clientId) return undefined;
  const file = env.ORKI_CLIENT_SECRET_FILE;
  const clientSecret = file ? readFileSync(file, 'utf8').trim() : env.ORKI_CLIENT_SECRET;
  const tokenUrl = env.ORKI_TOKEN_URL;
  if (!clientSecret || !tokenUrl) {
    throw new Failure(
      exitCodes.usage,
      'ORKI_CLIENT_ID needs ORKI_TOKEN_URL, and ORKI_CLIENT_SECRET or ORKI_CLIENT_SECRET_FILE, beside it.',
    );
  }
  return { clientId, clientSecret, tokenUrl };
}
