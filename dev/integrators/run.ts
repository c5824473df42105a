import { createServiceAccountsClient } from '../../packages/client/src/index.ts';
import { run } from '../child.ts';
import { main, Problem } from '../problem.ts';
import { answersOk } from '../ready.ts';
import { addressesOf, readPorts, realm } from '../settings.ts';
import { readState } from '../state.ts';
import { rotateByItself } from './own-rotation.ts';
import { type Command, integratorSamples, type Sample } from './samples.ts';

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const { keycloak, service, tenantApi } = addressesOf(readPorts(process.env, readState()?.ports));
const issuer = `${keycloak}/realms/${realm}`;
const accounts = createServiceAccountsClient({ baseUrl: service, tenantId: 'acme', token: personsToken });

/** What the samples end with when somebody has to act. */
const wrongSecret = 2;
const accountIsGone = 3;

/** Of the first sample that rotates, so often that 1,000 token requests fall around it; of the others, to see that they do. */
const manyRotations = 20;
const fewRotations = 2;

/** Runs each sample against what `npm run up` started, through a whole life of its credentials. */
await main(async () => {
  for (const url of [`${keycloak}/health/ready`, `${service}/readyz`, `${tenantApi}/livez`]) {
    if (!(await answersOk(url)))
      throw new Problem(`Not ready: ${url}\nStart everything first: npm run up -- --detach`);
  }
  let rotations = manyRotations;
  for (const sample of integratorSamples) {
    console.log(sample.name);
    const { use, rotate } = await sample.prepare();
    await useThroughItsLife(sample, use);
    if (rotate === undefined) continue;
    const name = `${sample.name.split(',')[0]} rotation ${Date.now() % 1e6}`;
    const addresses = { issuer, accountsUrl: `${service}/api/v1/tenants/acme/service-accounts` };
    const asked = await rotateByItself(rotate, name, rotations, accounts, addresses);
    console.log(
      `  ok  rotates its own secret ${rotations} times, with none of ${asked} token requests refused`,
    );
    rotations = fewRotations;
  }
  return 0;
});

async function useThroughItsLife(sample: Sample, command: Command): Promise<void> {
  const create = (part: string) =>
    accounts.create({
      username: `${sample.name.split(',')[0]} ${part} ${Date.now() % 1e6}`,
      mode: 'custom',
      permissions: ['customers:read'],
    });
  const first = await create('first');
  const second = await create('second');
  try {
    await expectOf(command, 'reads customers, with one token for two calls', first, 0);
    await accounts.deactivate(first.id);
    await expectOf(command, 'says that the account is deactivated', first, accountIsGone);
    await accounts.activate(first.id);
    const { clientSecret } = await accounts.regenerateSecret(first.id);
    await expectOf(command, 'says that the secret was regenerated', first, wrongSecret);
    await expectOf(command, 'goes on with the new one', { ...first, clientSecret }, 0);
    await expectOf(command, 'moves to a second account, while the first still works', second, 0);
    await accounts.delete(first.id);
    await expectOf(command, 'says that the first one is gone', { ...first, clientSecret }, accountIsGone);
    await expectOf(command, 'works on with the second', second, 0);
  } finally {
    for await (const { id, username } of accounts.list()) {
      if ([first.username, second.username].includes(username)) await accounts.delete(id);
    }
  }
}

async function expectOf(
  [command, ...args]: Command,
  title: string,
  { clientId, clientSecret }: Credentials,
  expected: number,
): Promise<void> {
  const output: string[] = [];
  const env = {
    ...process.env,
    ISSUER: issuer,
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    API_URL: `${tenantApi}/gateway/api/v1/tenants/acme/customers`,
  };
  const code = await run(command, args, { env, onOutput: (text) => void output.push(text) });
  const text = output.join('').trim();
  const isRight = code === expected && (expected !== 0 || /^\d+ customers; .*: true$/.test(text));
  console.log(`  ${isRight ? 'ok' : 'FAILED'}  ${title}`);
  if (!isRight) throw new Problem(`It ended with ${code}, not ${expected}.\n${text}`);
}

async function personsToken(): Promise<string> {
  const form = {
    grant_type: 'password',
    client_id: 'orki-demo-cli',
    username: 'admin@acme.test',
    password: 'demo',
  };
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}
