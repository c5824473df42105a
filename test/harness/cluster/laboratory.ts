import { setTimeout as sleep } from 'node:timers/promises';
import { missingForDistribution, obtainDistribution } from '../../../dev/keycloak/distribution.ts';
import { version } from '../../../dev/keycloak/settings.ts';
import { Problem } from '../../../dev/problem.ts';
import { openRealm } from '../laboratory.ts';
import { startPostgreSql } from '../postgresql.ts';
import { startBalancer } from './balancer.ts';
import { dropPackets } from './network.ts';
import { failureDetectionPort, type KeycloakNode, type NodePorts, startNode } from './node.ts';

// Nobody outside of the namespace can reach it, and it is gone with the run.
const administrator = { username: 'admin', password: 'admin' };
const balancerPort = 8280;
const portsOf = (number: number): NodePorts => ({
  http: balancerPort + number,
  management: 9280 + number,
  cluster: 7810 + number,
});

const viewTimeoutMs = 180_000;
const pollMs = 250;

/** What the nodes have to be built from; outside of a network of one's own, where it can be fetched. */
export async function obtainClusterDistribution() {
  const missing = missingForDistribution('postgres', 'management');
  if (missing.length > 0) throw new Problem(`Keycloak's distribution needs ${missing.join(' and ')}.`);
  return obtainDistribution(undefined, 'postgres', 'management');
}

export interface ClusterOptions {
  readonly nodes?: number;
  /** More options of `kc.sh start`. */
  readonly options?: readonly string[];
}

/**
 * Keycloak nodes on one PostgreSQL behind a balancer, with a provisioned realm whose issuer is the balancer's address.
 * Needs a network of its own; see `inOwnNetwork`.
 */
export async function openCluster(prefix: string, settings: ClusterOptions = {}) {
  await using opened = new AsyncDisposableStack();
  const distribution = await obtainClusterDistribution();
  const database = opened.use(await startPostgreSql(`keycloak-${version}`));
  const hostname = `http://127.0.0.1:${balancerPort}`;
  const nodes: KeycloakNode[] = [];
  for (let number = 1; number <= (settings.nodes ?? 2); number++) {
    const node = opened.use(
      await startNode({
        distribution,
        database,
        name: `keycloak-${number}`,
        ports: portsOf(number),
        hostname,
        administrator,
        options: settings.options ?? [],
      }),
    );
    // One after the other: the first makes the tables, and is there to be found by the next.
    await node.ready();
    nodes.push(node);
  }
  await seenBy(nodes, nodes.length);
  const balancer = opened.use(await startBalancer(nodes, balancerPort));
  const keycloak = {
    url: balancer.url,
    adminUsername: administrator.username,
    adminPassword: administrator.password,
  };
  const tested = await openRealm(prefix, keycloak);
  const everything = opened.move();

  return {
    database,
    nodes,
    balancer,
    ...tested,
    /** Cuts the nodes off from each other, not from the database; each notices after its failure detection's time. */
    cut: () => dropPackets(nodes.flatMap(({ ports }) => [ports.cluster, failureDetectionPort(ports)])),
    /** Waits until every node says that it sees so many. */
    seen: (count: number, of: readonly KeycloakNode[] = nodes) => seenBy(of, count),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

export type Cluster = Awaited<ReturnType<typeof openCluster>>;

async function seenBy(nodes: readonly KeycloakNode[], count: number): Promise<void> {
  const deadline = Date.now() + viewTimeoutMs;
  for (const node of nodes) {
    while (node.seesNodes() !== count) {
      if (Date.now() > deadline)
        throw new Problem(`${node.name} sees ${node.seesNodes()} nodes, not ${count}`);
      await sleep(pollMs);
    }
  }
}
