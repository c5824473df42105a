import * as oauth from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, API_URL } = process.env;

// Reads where the token URL is; once, when the program starts.
const insecure = ISSUER.startsWith('http://127.0.0.1') ? { execute: [oauth.allowInsecureRequests] } : {};
const config = await oauth.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  oauth.ClientSecretPost(CLIENT_SECRET),
  insecure,
);

const marginMs = 30_000;
let token;
let goodUntil = 0;
let asking;

/** The token that there is, or a new one shortly before it expires. Callers that come together share one request. */
async function accessToken() {
  if (Date.now() < goodUntil) return token;
  asking ??= ask().finally(() => {
    asking = undefined;
  });
  return asking;
}

async function ask() {
  const askedAt = Date.now();
  const answer = await oauth.clientCredentialsGrant(config);
  token = answer.access_token;
  goodUntil = askedAt + answer.expires_in * 1000 - marginMs;
  return token;
}

/** Calls the API; a 401 is answered with one new token, since the old one may have been ended early. */
async function customers() {
  for (const isLast of [false, true]) {
    const headers = { authorization: `Bearer ${await accessToken()}` };
    const response = await fetch(API_URL, { headers });
    if (response.status === 401 && !isLast) goodUntil = 0;
    else if (response.ok) return (await response.json()).items;
    else throw new Error(`the API answered ${response.status}`);
  }
}

try {
  const [first, found] = [await accessToken(), await customers()];
  console.log(`${found.length} customers; one token for all calls: ${first === (await accessToken())}`);
} catch (error) {
  if (!(error instanceof oauth.ResponseBodyError)) throw error;
  // Trying again helps with neither: somebody has to act.
  if (error.error === 'unauthorized_client') console.error('The secret is wrong, or was regenerated.');
  else if (error.error === 'invalid_client') console.error('The account is deactivated or deleted.');
  else throw error;
  process.exitCode = error.error === 'unauthorized_client' ? 2 : 3;
}
