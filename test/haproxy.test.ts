import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from './support/free-port.ts';
import { startHaproxy } from './support/haproxy.ts';
import { type HttpStub, httpStub } from './support/http-stub.ts';

const example = fileURLToPath(new URL('../examples/reverse-proxy/haproxy.cfg', import.meta.url));
const waiting = { timeout: 20_000, interval: 20 };
/** Good checks in a row before a node gets requests again. */
const rise = 60;

it("HAProxy accepts the example's configuration as it stands", () => {
  execFileSync('haproxy', ['-c', '-f', example], { stdio: 'pipe' });
});

interface Node {
  readonly main: HttpStub;
  readonly management: HttpStub;
  isReady: boolean;
  /** Whether it has been told to end, and has yet to do so. */
  isEnding: boolean;
  /** What it does with a request that has arrived: `late` answers when `answerLate` is called. */
  answer: 'name' | 'break' | 'late';
  answerLate(): void;
}

async function startNode(name: string): Promise<Node> {
  const late = Promise.withResolvers<void>();
  const node = {
    isReady: true,
    isEnding: false,
    answer: 'name' as Node['answer'],
    answerLate: () => late.resolve(),
  };
  const main = await httpStub(async (_, response) => {
    if (node.answer === 'late') await late.promise;
    if (node.answer === 'break') response.destroy();
    else response.end(name);
  });
  const management = await httpStub(({ path }, response) => {
    const isUp = path === '/health/ready' && node.isReady && !node.isEnding;
    response.writeHead(isUp ? 200 : 503).end(readiness(node));
  });
  return Object.assign(node, { main, management });
}

/** Written as Keycloak does. */
function readiness({ isReady, isEnding }: Pick<Node, 'isReady' | 'isEnding'>): string {
  const check = (name: string, isUp: boolean) => ({ name, status: isUp ? 'UP' : 'DOWN' });
  const checks = [check('Graceful Shutdown', !isEnding), check('Keycloak cluster health check', isReady)];
  return JSON.stringify({ status: isReady && !isEnding ? 'UP' : 'DOWN', checks }, undefined, 4);
}

/** A port where nobody takes connections and nobody refuses them either, as at the address of a machine that is gone. */
async function unreachablePort(): Promise<number> {
  const program =
    "const server = net.createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))";
  const listener = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void listener.kill('SIGKILL'));
  const port = Number(String((await once(listener.stdout, 'data'))[0]));
  listener.kill('SIGSTOP');
  // The system takes a few for it, which wait for the process that stands still.
  const waiting: Socket[] = [];
  onTestFinished(() => {
    for (const socket of waiting) socket.destroy();
  });
  while (true) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    waiting.push(socket);
    const isTaken = await Promise.race([once(socket, 'connect').then(() => true), sleep(200, false)]);
    if (!isTaken) return port;
  }
}

/** @param secondPort where the second node is, unless it answers */
async function startBoth(secondPort?: number) {
  const nodes = [await startNode('keycloak-1'), await startNode('keycloak-2')] as const;
  const portOf = ({ url }: HttpStub) => Number(new URL(url).port);
  const haproxy = await startHaproxy({
    backends: nodes.map(({ main, management }, index) => ({
      host: '127.0.0.1',
      port: (index === 1 && secondPort) || portOf(main),
      managementPort: portOf(management),
    })),
    port: await freePort(),
    metricsPort: await freePort(),
    // Quicker than in the example, so that sixty of them are over in seconds.
    checkIntervalMs: 25,
  });
  onTestFinished(() => haproxy[Symbol.asyncDispose]());
  const ask = async (method = 'GET') => {
    const answer = await fetch(`${haproxy.url}/realms/orki`, { method });
    return answer.ok ? answer.text() : answer.status;
  };
  const askForToken = async (form: Record<string, string>) => {
    const url = `${haproxy.url}/realms/orki/protocol/openid-connect/token`;
    const asked = fetch(url, { method: 'POST', body: new URLSearchParams(form) });
    return asked.then((answer) => (answer.ok ? answer.text() : 'failed')).catch(() => 'failed');
  };
  const askOften = async () => new Set(await Promise.all(Array.from({ length: 12 }, () => ask())));
  return { nodes, haproxy, ask, askForToken, askOften };
}

describe('HAProxy, configured as in the example,', { timeout: 40_000 }, () => {
  it('deals requests out to all nodes that are ready', async () => {
    const { askOften } = await startBoth();
    expect(await askOften()).toEqual(new Set(['keycloak-1', 'keycloak-2']));
  });

  it('takes a node out that says on its management port that it is not ready', async () => {
    const { nodes, haproxy, askOften } = await startBoth();
    nodes[1].isReady = false;
    await vi.waitFor(async () => expect(await haproxy.inUse()).toEqual(['keycloak-1']), waiting);
    expect(await askOften()).toEqual(new Set(['keycloak-1']));
  });

  it(`uses a node again only after ${rise} good checks, while there is another`, async () => {
    const { nodes, haproxy, askOften } = await startBoth();
    const [, second] = nodes;
    second.isReady = false;
    await vi.waitFor(async () => expect(await haproxy.inUse()).toEqual(['keycloak-1']), waiting);
    second.isReady = true;
    second.management.received.length = 0;
    second.main.received.length = 0;
    await vi.waitFor(async () => {
      await askOften();
      expect(second.main.received.length).toBeGreaterThan(0);
    }, waiting);
    // Each of the two servers by which the example knows a node has checks of its own.
    expect(second.management.received.length).toBeGreaterThanOrEqual(2 * rise - 2);
  });

  it(`does not wait for ${rise} good checks where no other node is in use`, async () => {
    const { nodes, haproxy, ask } = await startBoth();
    for (const node of nodes) node.isReady = false;
    await vi.waitFor(async () => expect(await ask()).toBe(503), waiting);
    nodes[1].isReady = true;
    await vi.waitFor(async () => expect(await ask()).toBe('keycloak-2'), waiting);
    expect(await haproxy.inUse()).toEqual([]);
  });

  it('sends nothing again that a node may have received', async () => {
    const { nodes, ask } = await startBoth();
    for (const node of nodes) node.answer = 'break';
    expect(await ask('POST')).toBe(502);
    expect(nodes.flatMap(({ main }) => main.received)).toHaveLength(1);
  });

  it("sends an integration's token request again that a node broke off, and no other token request", async () => {
    const { nodes, askForToken } = await startBoth();
    nodes[1].answer = 'break';
    const secret = { grant_type: 'client_credentials', client_id: 'orki-sa-acme', client_secret: 'secret' };
    // In turn, so that each node is asked first.
    expect([await askForToken(secret), await askForToken(secret)]).toEqual(['keycloak-1', 'keycloak-1']);
    const received = () => nodes.flatMap(({ main }) => main.received).length;
    for (const form of [
      { grant_type: 'client_credentials', client_assertion: 'taken only once' },
      { grant_type: 'authorization_code', code: 'taken only once' },
      { grant_type: 'refresh_token', refresh_token: 'taken only once' },
    ]) {
      const before = received();
      const answers = [await askForToken(form), await askForToken(form)];
      expect(answers.toSorted()).toEqual(['failed', 'keycloak-1']);
      expect(received()).toBe(before + 2);
    }
  });

  it("asks another node for an integration's token when one is taken out to which there is no connection yet", async () => {
    const { nodes, haproxy, askForToken } = await startBoth(await unreachablePort());
    const secret = { grant_type: 'client_credentials', client_id: 'orki-sa-acme', client_secret: 'secret' };
    const asked = Array.from({ length: 20 }, () => askForToken(secret));
    // The other half waits for a connection to the second node.
    await vi.waitFor(() => expect(nodes[0].main.received.length).toBeGreaterThanOrEqual(10), waiting);
    nodes[1].isReady = false;
    await vi.waitFor(async () => expect(await haproxy.inUse()).toEqual(['keycloak-1']), waiting);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['keycloak-1']));
  });

  it('gives a node that is told to end no new request, and lets it answer those that it has', async () => {
    const { nodes, haproxy, ask, askOften } = await startBoth();
    for (const node of nodes) node.answer = 'late';
    const underWay = [ask(), ask()];
    await vi.waitFor(() => {
      for (const { main } of nodes) expect(main.received).toHaveLength(1);
    }, waiting);
    nodes[0].answer = 'name';
    nodes[0].answerLate();
    nodes[1].isEnding = true;
    await vi.waitFor(async () => expect(await haproxy.inUse()).toEqual(['keycloak-1']), waiting);
    const checked = nodes[1].management.received.length;
    await vi.waitFor(() => {
      expect(nodes[1].management.received.length).toBeGreaterThan(checked + 8);
    }, waiting);
    expect(await askOften()).toEqual(new Set(['keycloak-1']));
    nodes[1].answerLate();
    expect(new Set(await Promise.all(underWay))).toEqual(new Set(['keycloak-1', 'keycloak-2']));
  });

  it('hides a refused connection, by asking the other node', async () => {
    const { nodes, askOften } = await startBoth();
    await nodes[1].main.close();
    expect(await askOften()).toEqual(new Set(['keycloak-1']));
  });
});
