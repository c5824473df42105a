import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceAccountsClient } from '../../packages/client/src/index.ts';
import { expectOf } from './expect-of.ts';
import type { Command } from './programs.ts';

/** What the samples end with when their key is refused. */
const refused = 2;
const prints = /^\d+ customers$/;

/**
 * Has a sample authenticate by a key of its own, change over to the next one while both work, and lose the first one.
 * @throws {Problem} when it does not end as it should
 */
export async function useKeys(
  command: Command,
  name: string,
  accounts: ServiceAccountsClient,
  addresses: { readonly issuer: string; readonly apiUrl: string },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'orki-keys-'));
  async function newKey(kid: string) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = join(folder, `${kid}.pem`);
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return { kid, file, jwk: { ...publicKey.export({ format: 'jwk' }), kid } };
  }
  const [first, next] = [await newKey('first'), await newKey('next')];
  const account = await accounts.create({
    username: name,
    mode: 'custom',
    permissions: ['customers:read'],
    credentials: { type: 'jwks', keys: [first.jwk] },
  });
  const expectWith = (key: typeof first, title: string, code: number) => {
    const { issuer, apiUrl } = addresses;
    const variables = { ISSUER: issuer, API_URL: apiUrl, CLIENT_ID: account.clientId };
    const withKey = { ...variables, KEY_FILE: key.file, KEY_ID: key.kid };
    return expectOf(command, title, withKey, { code, prints });
  };
  try {
    await expectWith(first, 'reads customers with a key in place of a secret', 0);
    await accounts.replaceKeys(account.id, [first.jwk, next.jwk]);
    await expectWith(next, 'changes over to the next key', 0);
    await expectWith(first, 'could still use the first one meanwhile', 0);
    await accounts.replaceKeys(account.id, [next.jwk]);
    await expectWith(first, 'says that the first one no longer works', refused);
  } finally {
    await accounts.delete(account.id);
    await rm(folder, { recursive: true });
  }
}
