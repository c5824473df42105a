import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { nodesInUse } from '../support/haproxy.ts';
import { type ComposeProject, composeProject, nameOf } from './project.ts';
import { type Account, contentOf, createAccount, readAccount, signIn, tokenOf } from './walk.ts';

/** One after the other: each goes on from what the one before it has left. */
let project: ComposeProject;
let account: Account;
beforeAll(async () => {
  project = await composeProject({}, 'balancer');
  await project.must('node dev/run.mjs secrets');
  await project.must(project.documented('Two nodes in compose'));
  await project.ready();
  await uses('keycloak-1', 'keycloak-2');
  const person = await signIn(project);
  // What a node does for the first time can take it longer than a call may; the service then answers 503, and nothing is made.
  await vi.waitFor(
    async () => {
      account = await createAccount(project, person, 'custom', ['customers:read']);
    },
    { timeout: 60_000, interval: 1_000 },
  );
});
afterAll(() => project[Symbol.asyncDispose]());

/** A program inside the project's network, which has Node and nothing else; prints what it returns. */
const inside = (program: string) =>
  project.must(`docker compose exec -T service /usr/local/bin/node -e '${program}'`);

const textOf = (url: string) => inside(`fetch("${url}").then((answer) => answer.text()).then(console.log)`);

/** What is in the token that the account gets from the second node, whichever the balancer would choose. */
async function tokenFromSecondNode({ tokenUrl, clientId, clientSecret }: Account) {
  const url = `http://keycloak-2:8080${new URL(tokenUrl).pathname}`;
  const body = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`;
  const answer = await inside(
    `fetch("${url}", { method: "POST", body: new URLSearchParams("${body}") }).then((answer) => answer.text()).then(console.log)`,
  );
  return contentOf(JSON.parse(answer).access_token);
}

/** Waits until these nodes get requests and no others. A node that comes back has to wait for a minute of good checks. */
const uses = (...nodes: string[]) =>
  vi.waitFor(async () => expect(nodesInUse(await textOf('http://balancer:8405/metrics'))).toEqual(nodes), {
    timeout: 240_000,
    interval: 500,
  });

const demoPasses = async () => expect(await project.demo()).toMatch(/\d+ steps, each as it should be\./);

it('the two nodes are one cluster, and the service is ready', async () => {
  for (const node of ['keycloak', 'keycloak-2']) {
    expect(await textOf(`http://${node}:9000/metrics`)).toMatch(/^vendor_cluster_size\{.*\} 2\.0$/m);
  }
  expect(await (await fetch(`${project.service}/readyz`)).json()).toMatchObject({
    missing: [],
    unavailable: [],
  });
});

it('each container is confined, and publishes on loopback alone', async () => {
  const containers = await project.containers();
  expect(containers.map(nameOf)).toEqual(expect.arrayContaining(['keycloak-2', 'balancer']));
  for (const container of containers) {
    const { Config, HostConfig } = container;
    expect([nameOf(container), Config.User, HostConfig]).toMatchObject([
      nameOf(container),
      expect.stringMatching(/^[1-9]\d*:\d+$/),
      { ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'] },
    ]);
    const published = Object.values(HostConfig.PortBindings ?? {}).flat();
    expect(published.filter(({ HostIp }) => HostIp !== '127.0.0.1')).toEqual([]);
  }
});

it('npm run demo passes on two nodes', demoPasses);

it('no token request fails while a node is killed, and npm run demo passes while it is dead', async () => {
  let isOver = false;
  const answers: string[] = [];
  const integration = async () => {
    while (!isOver) answers.push(await tokenOf(account).then(() => 'a token', String));
  };
  // Several at once, so that one of them is sure to wait for the dead node when the balancer stops using it.
  const integrations = Promise.all(Array.from({ length: 4 }, integration));
  await project.must('docker compose kill keycloak-2');
  await uses('keycloak-1');
  await demoPasses();
  isOver = true;
  await integrations;
  expect(new Set(answers)).toEqual(new Set(['a token']));
  expect(answers.length).toBeGreaterThan(20);
});

it('what changed while a node was dead is known to it when it is used again', async () => {
  const person = await signIn(project);
  const url = `${project.service}/api/v1/tenants/acme/service-accounts/${account.id}`;
  const headers = { authorization: `Bearer ${person}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ permissions: ['ai:use'] });
  expect((await fetch(url, { method: 'PATCH', headers, body })).status).toBe(200);

  const created = await createAccount(project, person, 'custom', ['customers:read'], 'created meanwhile');

  await project.must('docker compose start keycloak-2');
  await uses('keycloak-1', 'keycloak-2');
  expect((await tokenFromSecondNode(account)).roles).toEqual(['ai:use']);
  expect((await tokenFromSecondNode(created)).roles).toEqual(['customers:read']);
  expect(await readAccount(project, person, created)).toBe(200);
});
