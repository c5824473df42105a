import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as oauth from 'openid-client';

// As main.mjs, for an account with a public key: nothing that is sent can be used by whoever sees it. KEY_FILE is the
// private half of an ES256 key (PEM, PKCS #8), and KEY_ID the `kid` under which the public half is known.
const { ISSUER, CLIENT_ID, KEY_FILE, KEY_ID, API_URL } = process.env;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const key = createPrivateKey(await readFile(KEY_FILE)).toCryptoKey(algorithm, false, ['sign']);
const insecure = ISSUER.startsWith('http://127.0.0.1') ? { execute: [oauth.allowInsecureRequests] } : {};
const authentication = oauth.PrivateKeyJwt({ key, kid: KEY_ID });
const config = await oauth.discovery(new URL(ISSUER), CLIENT_ID, undefined, authentication, insecure);

try {
  // To keep the token and to renew it in time, do as main.mjs does.
  const { access_token: token } = await oauth.clientCredentialsGrant(config);
  const response = await fetch(API_URL, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
  console.log(`${(await response.json()).items.length} customers`);
} catch (error) {
  if (!(error instanceof oauth.ResponseBodyError) || error.error !== 'invalid_client') throw error;
  console.error('The key is not one of the account, or the account is deactivated or deleted.');
  process.exitCode = 2;
}
