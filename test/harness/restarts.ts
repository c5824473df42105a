import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, styleText } from 'node:util';
import { commands } from '../../dev/commands.mjs';
import { main } from '../../dev/problem.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startBalancer } from './cluster/balancer.ts';
import { obtainClusterDistribution, openCluster } from './cluster/laboratory.ts';
import { inOwnNetwork } from './cluster/network.ts';
import { type Replica, serviceAt, startReplica } from './replica.ts';
import { createPhase, failed, type Phase, printPhases } from './restarts/tally.ts';
import { askForTokens } from './restarts/token-load.ts';
import { createWriter, lostWrites } from './restarts/writer.ts';

const nodeBalancer = { port: 8290, metricsPort: 8405 };
const serviceBalancerPort = 8291;
const replicaPorts = [8301, 8302] as const;
/** As the examples have it: long enough for the balancer to see that the node is going. */
const options = ['--shutdown-delay=5s'];
/** In the short form, so that a node is back in use after 15 s and not 60. */
const shortCheckIntervalMs = 250;

// Who integrates, and who is switched off and on meanwhile, for whom no token is asked.
const integrations = 6;
const switched = 3;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

await main(async () => {
  const { values } = parseArgs({ options: commands.restarts.options });
  await obtainClusterDistribution();
  const code = await inOwnNetwork();
  if (code !== undefined) return code;

  await using cluster = await openCluster('restarts', { options });
  await using nodes = await startHaproxy({
    backends: cluster.nodes.map(({ ports }) => ({
      host: '127.0.0.1',
      port: ports.http,
      managementPort: ports.management,
    })),
    ...nodeBalancer,
    ...(values.short && { checkIntervalMs: shortCheckIntervalMs }),
  });
  const start = (index: number): Promise<Replica> =>
    startReplica(cluster, `replica-${index + 1}`, {
      ...(replicaPorts[index] && { port: replicaPorts[index] }),
      env: { KEYCLOAK_INTERNAL_URL: nodes.url, KEYCLOAK_NODES: '2', SWEEP_INTERVAL_MINUTES: '0' },
    });
  await using replicas = new AsyncDisposableStack();
  const running = [await start(0), await start(1)];
  replicas.defer(async () => {
    for (const replica of running) await replica[Symbol.asyncDispose]();
  });
  await using balancer = await startBalancer(running, serviceBalancerPort);
  const service = serviceAt(balancer.url, cluster);
  replicas.defer(() => service.hangUp());

  const phases: Phase[] = [];
  const preparing = createPhase('preparing', false);
  const current = () => phases.at(-1) ?? preparing;
  const writers = Array.from({ length: integrations + switched }, (_, index) =>
    createWriter(service, `restarts ${index + 1}`, current),
  );
  const accounts = await Promise.all(writers.map((writer) => writer.create()));
  console.log('The load begins.');

  const ending = new AbortController();
  const { signal } = ending;
  const tokenUrl = cluster.realm.tokenUrl.replace(cluster.balancer.url, nodes.url);
  const load = Promise.all([
    askForTokens(tokenUrl, accounts.slice(0, integrations), current, signal),
    ...writers.map((writer, index) => {
      const account = accounts[index];
      if (account === undefined) return undefined;
      const isSwitched = index >= integrations;
      return writer.write(
        account,
        isSwitched ? ['deactivate', 'edit', 'activate'] : ['edit', 'overlap'],
        signal,
      );
    }),
  ]);

  async function during(title: string, isGraceful: boolean, events: () => Promise<void>): Promise<void> {
    const phase = createPhase(title, isGraceful);
    phases.push(phase);
    const since = performance.now();
    await events();
    phase.seconds = (performance.now() - since) / 1000;
    console.log(`… ${title}: ${phase.seconds.toFixed(0)} s`);
  }

  const restMs = values.short ? 2_000 : 10_000;
  const restartNode = (index: number, how: 'end' | 'kill') => async () => {
    const node = cluster.nodes[index];
    await node?.[how]();
    await node?.start();
    await node?.ready();
    await nodes.uses(cluster.nodes.length);
    await sleep(restMs);
  };
  const restartReplica = (index: number, how: 'end' | 'kill') => async () => {
    const replica = running[index];
    await replica?.[how]();
    await replica?.[Symbol.asyncDispose]();
    running[index] = await start(index);
    await sleep(restMs);
  };
  const twice = values.short ? [0] : [0, 1];

  await nodes.uses(cluster.nodes.length);
  await during('quiet', true, () => sleep(values.short ? 5_000 : 30_000));
  for (const index of twice) await during(`node ${index + 1} restarted`, true, restartNode(index, 'end'));
  for (const index of twice)
    await during(`replica ${index + 1} restarted`, true, restartReplica(index, 'end'));
  // The node that was restarted first has been there for longer than the other, unless it alone was.
  for (const index of values.short ? [1] : [1, 0]) {
    const isOlder = values.short || index === 0;
    const title = `node ${index + 1}, the ${isOlder ? 'older' : 'younger'}, killed (kill -9)`;
    await during(title, false, restartNode(index, 'kill'));
  }
  await during('replica 2 killed (kill -9)', false, restartReplica(1, 'kill'));
  ending.abort();
  await load;

  printPhases(phases);
  const faults = [...writers.flatMap(({ faults }) => faults), ...(await lostWrites(cluster, accounts))];
  for (const fault of faults) console.log(styleText('red', fault));
  const acknowledged = writers.reduce((sum, writer) => sum + writer.acknowledged(), 0);
  const noticed = phases.filter(({ isGraceful, tokens }) => isGraceful && failed(tokens) > 0);
  console.log(
    `\n${acknowledged} changes acknowledged: ${faults.length} lost or not done. ` +
      `Failed token requests in ${noticed.length} phases in which nothing was killed.`,
  );
  return faults.length === 0 && noticed.length === 0 ? 0 : 1;
});
