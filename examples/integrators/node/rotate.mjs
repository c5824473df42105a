import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import * as oauth from 'openid-client';

// Replaces the account's own secret, which needs the permission service-accounts:rotate-own. Run it from time to time,
// well before the secret expires. ACCOUNT_URL is …/api/v1/tenants/{tenantId}/service-accounts/{id}.
const { ISSUER, CLIENT_ID, SECRET_FILE, ACCOUNT_URL } = process.env;

/** As long as your slowest instance takes to read the file again. */
const overlapSeconds = 3600;

const secret = (await readFile(SECRET_FILE, 'utf8')).trim();
const insecure = ISSUER.startsWith('http://127.0.0.1') ? { execute: [oauth.allowInsecureRequests] } : {};
const authentication = oauth.ClientSecretPost(secret);
const config = await oauth.discovery(new URL(ISSUER), CLIENT_ID, undefined, authentication, insecure);
// A new one: the service takes no token that is older than the secret.
const { access_token: token } = await oauth.clientCredentialsGrant(config);

// Made from the secret that is replaced: if this program ends before it has stored the new one, running it again within
// ten minutes repeats this rotation and leaves the overlap as it is.
const idempotencyKey = createHash('sha256').update(secret).digest('hex');

async function regenerate() {
  const response = await fetch(`${ACCOUNT_URL}/regenerate-secret`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify({ overlapSeconds }),
    signal: AbortSignal.timeout(15_000),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`${response.status} ${body.code}: ${body.detail}`);
  return body;
}

const { clientSecret, previousSecret } = await regenerate();
// Whoever reads the file meanwhile finds one secret or the other, whole.
await writeFile(`${SECRET_FILE}.new`, clientSecret, { mode: 0o600 });
await rename(`${SECRET_FILE}.new`, SECRET_FILE);
console.log(`The secret was replaced; the one before works until ${previousSecret.validUntil}.`);
