import { type Addresses, realm } from './settings.ts';

export interface Step {
  title: string;
  /** One line for bash. */
  command: string;
  /** The status of the HTTP answer, where there is one. */
  status?: number;
  /** What has to be found in what the line prints. */
  prints?: RegExp;
  /** What must not be. */
  hides?: RegExp;
}

const json = '-H "Content-Type: application/json"';
const asPerson = '-H "Authorization: Bearer $PERSON"';

/**
 * The product page's way as lines for bash, each ready to be pasted. `npm run up` prints them and `npm run demo`
 * runs the same lines, so what a reader pastes is what was tested.
 */
export function walk({ keycloak, service, tenantApi }: Addresses): Step[] {
  const tokenUrl = `${keycloak}/realms/${realm}/protocol/openid-connect/token`;
  const accounts = `${service}/api/v1/tenants/acme/service-accounts`;
  const customers = (tenant: string) => `${tenantApi}/gateway/api/v1/tenants/${tenant}/customers`;
  const curl = 'curl -sS -w "$STATUS"';
  const take = (variable: string, from: string, field: string) => `${variable}=$(${from} | field ${field})`;
  // The product page's request; only the address and where the answer goes differ.
  const token = (secret: string) =>
    `${curl} -X POST "${tokenUrl}" -H "Content-Type: application/x-www-form-urlencoded" ` +
    `-d "grant_type=client_credentials" -d "client_id=$CLIENT_ID" -d "client_secret=${secret}"`;
  const listCustomers = (tenant: string) =>
    `${curl} -X GET "${customers(tenant)}" -H "Authorization: Bearer $TOKEN"`;

  return [
    {
      title: 'Two helpers: show the status of each answer; take a field out of JSON',
      command: `STATUS='%{stderr}\\nHTTP %{http_code}\\n'; field() { node -p "JSON.parse(fs.readFileSync(0))['$1'] ?? ''"; }`,
    },
    {
      title: "Sign in as acme's administrator",
      command: take(
        'PERSON',
        `${curl} -X POST "${tokenUrl}" -d grant_type=password -d client_id=orki-demo-cli -d username=admin@acme.test -d password=demo`,
        'access_token',
      ),
      status: 200,
    },
    {
      title: 'Create a service account that may see customers and nothing else',
      command: `ACCOUNT=$(${curl} -X POST "${accounts}" ${asPerson} ${json} -d '{"username":"crm-sync-'$RANDOM'","description":"Copies customers to the CRM","mode":"custom","permissions":["customers:read"]}')`,
      status: 201,
    },
    {
      title: 'This answer alone holds its client_secret',
      command: 'echo "$ACCOUNT"',
      prints: /"clientSecret":"orki_sa_/,
    },
    {
      title: 'Keep its credentials',
      command:
        'ID=$(echo "$ACCOUNT" | field id); CLIENT_ID=$(echo "$ACCOUNT" | field clientId); CLIENT_SECRET=$(echo "$ACCOUNT" | field clientSecret)',
    },
    {
      title: "Get a token from Keycloak's token URL, with the product page's curl",
      command: take('TOKEN', token('$CLIENT_SECRET'), 'access_token'),
      status: 200,
    },
    {
      title: 'Look into the token: its tenant and its one permission',
      command: `echo "$TOKEN" | cut -d. -f2 | node -p 'Buffer.from(fs.readFileSync(0, "utf8"), "base64url").toString()'`,
      prints:
        /^(?=.*"aud":"orki-api")(?=.*"orki-api":\{"roles":\["customers:read"\]\})(?=.*"tenant_id":"acme")/,
      hides: /"account"/,
    },
    {
      title: "Call the tenant API: acme's customers",
      command: listCustomers('acme'),
      status: 200,
    },
    { title: "Another tenant's are refused", command: listCustomers('globex'), status: 403 },
    {
      title: 'The account again: no secret any more',
      command: `${curl} "${accounts}/$ID" ${asPerson}`,
      status: 200,
      prints: /"clientId"/,
      hides: /clientSecret"/,
    },
    {
      title: 'Regenerate the secret',
      command: `OLD_SECRET=$CLIENT_SECRET; ${take('CLIENT_SECRET', `${curl} -X POST "${accounts}/$ID/regenerate-secret" ${asPerson}`, 'clientSecret')}`,
      status: 200,
    },
    {
      title: 'The old secret is refused',
      command: token('$OLD_SECRET'),
      status: 401,
      prints: /"error"/,
      hides: /access_token/,
    },
    {
      title: 'The new one works',
      command: take('TOKEN', token('$CLIENT_SECRET'), 'access_token'),
      status: 200,
    },
    {
      title: 'Deactivate the account',
      command: `${curl} -X POST "${accounts}/$ID/deactivate" ${asPerson}`,
      status: 200,
      prints: /"status":"inactive"/,
    },
    { title: 'It gets no token', command: token('$CLIENT_SECRET'), status: 401, hides: /access_token/ },
    {
      title: 'Activate it',
      command: `${curl} -X POST "${accounts}/$ID/activate" ${asPerson}`,
      status: 200,
      prints: /"status":"active"/,
    },
    {
      title: 'It gets tokens again',
      command: take('TOKEN', token('$CLIENT_SECRET'), 'access_token'),
      status: 200,
    },
    { title: 'Delete it', command: `${curl} -X DELETE "${accounts}/$ID" ${asPerson}`, status: 204 },
    { title: 'It is gone', command: `${curl} "${accounts}/$ID" ${asPerson}`, status: 404 },
    { title: 'And gets no token', command: token('$CLIENT_SECRET'), status: 401, hides: /access_token/ },
  ];
}

/** Prints the walk, for a person to paste line by line. */
export function printWalk(addresses: Addresses): void {
  console.log(
    "\nThe walk, for bash, line by line. The person's token lives five minutes: after that, sign in again.",
  );
  for (const { title, command, status } of walk(addresses)) {
    console.log(`\n# ${title}${status ? ` (HTTP ${status})` : ''}\n${command}`);
  }
}
