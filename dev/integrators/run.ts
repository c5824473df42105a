import { createServiceAccountsClient } from '../../packages/client/src/index.ts';
import { main, Problem } from '../problem.ts';
import { answersOk } from '../ready.ts';
import { addressesOf, readPorts, realm } from '../settings.ts';
import { readState } from '../state.ts';
import { runBrunoCollection } from './bruno.ts';
import { expectOf } from './expect-of.ts';
import { rotateByItself } from './own-rotation.ts';
import { checkResourceServers } from './resource-servers.ts';
import { integratorSamples, type Sample } from './samples.ts';
import { personsTokens } from './tokens.ts';
import { useKeys } from './with-key.ts';

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const addresses = addressesOf(readPorts(process.env, readState()?.ports));
const { keycloak, service, tenantApi } = addresses;
const issuer = `${keycloak}/realms/${realm}`;
const apiUrl = `${tenantApi}/gateway/api/v1/tenants/acme/customers`;

const accounts = createServiceAccountsClient({
  baseUrl: service,
  tenantId: 'acme',
  token: async () => (await personsTokens(issuer, 'admin@acme.test')).accessToken,
});

/** What the samples end with when somebody has to act. */
const wrongSecret = 2;
const accountIsGone = 3;

const prints = /^\d+ customers; .*: true$/;

/** Of the first sample that rotates, so often that 1,000 token requests fall around it; of the others, to see that they do. */
const manyRotations = 20;
const fewRotations = 2;

/** Runs each sample, then the collection, and the resource servers, against what `npm run up` started, through a whole life of credentials. */
await main(async () => {
  for (const url of [`${keycloak}/health/ready`, `${service}/readyz`, `${tenantApi}/livez`]) {
    if (!(await answersOk(url)))
      throw new Problem(`Not ready: ${url}\nStart everything first: npm run up -- --detach`);
  }
  let rotations = manyRotations;
  for (const sample of integratorSamples) {
    console.log(sample.name);
    await useThroughItsLife(sample);
    const keysName = `${sample.name.split(',')[0]} keys ${Date.now() % 1e6}`;
    await useKeys(await sample.prepareWithKey(), keysName, accounts, { issuer, apiUrl });
    if (sample.prepareRotation === undefined) continue;
    const command = await sample.prepareRotation();
    const name = `${sample.name.split(',')[0]} rotation ${Date.now() % 1e6}`;
    const accountsUrl = `${service}/api/v1/tenants/acme/service-accounts`;
    const asked = await rotateByItself(command, name, rotations, accounts, { issuer, accountsUrl });
    console.log(
      `  ok  rotates its own secret ${rotations} times, with none of ${asked} token requests refused`,
    );
    rotations = fewRotations;
  }
  console.log('The collection for Bruno');
  await runBrunoCollection(addresses, realm);
  await checkResourceServers(issuer, accounts);
  return 0;
});

async function useThroughItsLife(sample: Sample): Promise<void> {
  const command = await sample.prepare();
  const expectWith = (title: string, { clientId, clientSecret }: Credentials, code: number) => {
    const variables = { ISSUER: issuer, API_URL: apiUrl, CLIENT_ID: clientId };
    return expectOf(command, title, { ...variables, CLIENT_SECRET: clientSecret }, { code, prints });
  };
  const create = (part: string) =>
    accounts.create({
      username: `${sample.name.split(',')[0]} ${part} ${Date.now() % 1e6}`,
      mode: 'custom',
      permissions: ['customers:read'],
    });
  const first = await create('first');
  const second = await create('second');
  try {
    await expectWith('reads customers, with one token for two calls', first, 0);
    await accounts.deactivate(first.id);
    await expectWith('says that the account is deactivated', first, accountIsGone);
    await accounts.activate(first.id);
    const { clientSecret } = await accounts.regenerateSecret(first.id);
    await expectWith('says that the secret was regenerated', first, wrongSecret);
    await expectWith('goes on with the new one', { ...first, clientSecret }, 0);
    await expectWith('moves to a second account, while the first still works', second, 0);
    await accounts.delete(first.id);
    await expectWith('says that the first one is gone', { ...first, clientSecret }, accountIsGone);
    await expectWith('works on with the second', second, 0);
  } finally {
    for await (const { id, username } of accounts.list()) {
      if ([first.username, second.username].includes(username)) await accounts.delete(id);
    }
  }
}
