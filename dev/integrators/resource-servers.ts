import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceAccountsClient } from '../../packages/client/src/index.ts';
import { isRunning, type Started, startInBackground, stop, tail } from '../child.ts';
import { logFile, root } from '../paths.ts';
import { Problem } from '../problem.ts';
import { type Command, goProgram, javaProgram, nodeProgram, pythonProgram } from './programs.ts';
import { accountsToken, personsTokens } from './tokens.ts';

interface ResourceServer {
  readonly name: string;
  readonly prepare: () => Promise<Command>;
}

const servers = join(root, 'examples', 'resource-servers');
const inNode = (name: string, folder: string): ResourceServer => ({
  name,
  prepare: () => nodeProgram(join(servers, folder), 'server.mjs'),
});

/** What docs/verifying-tokens.md has settings for. */
const resourceServers: readonly ResourceServer[] = [
  inNode('express-oauth2-jwt-bearer', 'express'),
  inNode('@fastify/jwt with get-jwks', 'fastify'),
  inNode('passport-jwt with jwks-rsa', 'passport'),
  { name: 'PyJWT', prepare: () => pythonProgram(join(servers, 'python'), 'server.py') },
  { name: 'go-oidc', prepare: () => goProgram(join(servers, 'go')) },
  {
    name: 'Spring Security',
    prepare: () => javaProgram(join(servers, 'spring'), 'test.example.ResourceServer'),
  },
];

interface Case {
  readonly title: string;
  readonly token?: string;
  readonly status: number;
}

/**
 * Starts each server of examples/resource-servers and sends it tokens of Keycloak's, good ones and others.
 * @throws {Problem} at the first answer that is not the expected one.
 */
export async function checkResourceServers(issuer: string, accounts: ServiceAccountsClient): Promise<void> {
  const created: string[] = [];
  try {
    const cases = await makeCases(issuer, async (permission) => {
      const username = `Resource servers ${permission.replace(':', ' ')} ${Date.now() % 1e6}`;
      const account = await accounts.create({ username, mode: 'custom', permissions: [permission] });
      created.push(account.id);
      return accountsToken(issuer, account);
    });
    for (const server of resourceServers) {
      console.log(`A resource server with ${server.name}`);
      await check(server, issuer, cases);
    }
  } finally {
    for (const id of created) await accounts.delete(id);
  }
}

async function makeCases(
  issuer: string,
  tokenWith: (permission: string) => Promise<string>,
): Promise<Case[]> {
  const reader = await tokenWith('customers:read');
  const person = await personsTokens(issuer, 'admin@acme.test');
  const [head, payload, signature = ''] = reader.split('.');
  const altered = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
  return [
    { title: 'accepts a service account with the permission', token: reader, status: 200 },
    { title: 'accepts a person with the permission', token: person.accessToken, status: 200 },
    {
      title: 'refuses a service account without the permission',
      token: await tokenWith('team:read'),
      status: 403,
    },
    {
      title: 'refuses a token of another tenant',
      token: (await personsTokens(issuer, 'admin@globex.test')).accessToken,
      status: 403,
    },
    { title: 'refuses an ID token', token: person.idToken, status: 401 },
    { title: 'refuses another signature', token: `${head}.${payload}.${altered}`, status: 401 },
    { title: 'refuses a request without a token', status: 401 },
  ];
}

async function check(server: ResourceServer, issuer: string, cases: readonly Case[]): Promise<void> {
  const [command, ...args] = await server.prepare();
  const port = await freePort();
  const log = logFile('resource-server');
  const env = { ...process.env, ISSUER: issuer, PORT: String(port) };
  const started = await startInBackground({ command, args, env, cwd: root, log });
  try {
    const url = `http://127.0.0.1:${port}/tenants/acme/customers`;
    await waitUntilItAnswers(server.name, url, started, log);
    for (const { title, token, status } of cases) {
      const headers = token ? { authorization: `Bearer ${token}` } : undefined;
      const answer = await fetch(url, { ...(headers && { headers }) });
      await answer.body?.cancel();
      console.log(`  ${answer.status === status ? 'ok' : 'FAILED'}  ${title}`);
      if (answer.status !== status) throw new Problem(`It answered ${answer.status}.\n${tail(log)}`);
    }
  } finally {
    await stop(started);
  }
}

/** Waits for an answer of any status, since without a token it is 401. */
async function waitUntilItAnswers(name: string, url: string, started: Started, log: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const answered = await fetch(url).then(
      (answer) => answer.body?.cancel().then(() => true) ?? true,
      () => false,
    );
    if (answered) return;
    if (!isRunning(started) || Date.now() > deadline)
      throw new Problem(`${name} did not start.\n${tail(log)}`);
    await sleep(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
