import { execFileSync } from 'node:child_process';
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
  /** What it does with a request that has arrived. */
  answer: 'name' | 'break';
}

async function startNode(name: string): Promise<Node> {
  const node = { isReady: true, answer: 'name' as Node['answer'] };
  const main = await httpStub((_, response) => {
    if (node.answer === 'break') response.destroy();
    else response.end(name);
  });
  const management = await httpStub(({ path }, response) => {
    response.writeHead(path === '/health/ready' && node.isReady ? 200 : 503).end();
  });
  return Object.assign(node, { main, management });
}

async function startBoth() {
  const nodes = [await startNode('keycloak-1'), await startNode('keycloak-2')] as const;
  const portOf = ({ url }: HttpStub) => Number(new URL(url).port);
  const haproxy = await startHaproxy({
    backends: nodes.map(({ main, management }) => ({
      host: '127.0.0.1',
      port: portOf(main),
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
  const askOften = async () => new Set(await Promise.all(Array.from({ length: 12 }, () => ask())));
  return { nodes, haproxy, ask, askOften };
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

  it('hides a refused connection, by asking the other node', async () => {
    const { nodes, askOften } = await startBoth();
    await nodes[1].main.close();
    expect(await askOften()).toEqual(new Set(['keycloak-1']));
  });
});
