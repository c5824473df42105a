import { rmSync } from 'node:fs';
import { createServiceAccountsClient } from '../../packages/client/src/index.ts';
import { personsTokens } from '../integrators/tokens.ts';
import { must } from '../must.ts';
import { main, Problem } from '../problem.ts';
import { answersOk } from '../ready.ts';
import { addressesOf, readPorts, realm } from '../settings.ts';
import { readState } from '../state.ts';
import { generatedClients } from './clients.ts';
import { output } from './folders.ts';

const { keycloak, service } = addressesOf(readPorts(process.env, readState()?.ports));
const issuer = `${keycloak}/realms/${realm}`;

const administratorsToken = async (): Promise<string> =>
  (await personsTokens(issuer, 'admin@acme.test')).accessToken;

/** Generates each client from the contract, compiles it, and runs it through the life of an account. */
await main(async () => {
  for (const url of [`${keycloak}/health/ready`, `${service}/readyz`]) {
    if (!(await answersOk(url)))
      throw new Problem(`Not ready: ${url}\nStart everything first: npm run up -- --detach`);
  }
  for (const { name, generate, compile } of generatedClients) {
    const folder = output(name);
    // What an earlier contract had must not be compiled into this one's client.
    rmSync(folder, { recursive: true, force: true });
    await generate(folder);
    const command = await compile(folder);
    const prefix = `${name} ${Date.now() % 1e6}`;
    try {
      await live(command, prefix);
    } finally {
      await removeAccounts(prefix);
    }
    console.log(`  ok  ${name}`);
  }
  return 0;
});

async function live([command, ...args]: readonly [string, ...string[]], prefix: string): Promise<void> {
  const token = await administratorsToken();
  const env = { API_URL: service, KEYCLOAK_URL: keycloak, TOKEN: token, USERNAME_PREFIX: prefix };
  await must(command, args, output(), env);
}

/** There are none left when the client went through to the end. */
async function removeAccounts(prefix: string): Promise<void> {
  const accounts = createServiceAccountsClient({
    baseUrl: service,
    tenantId: 'acme',
    token: administratorsToken,
  });
  for await (const { id } of accounts.list({ search: prefix })) await accounts.delete(id);
}
