import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { commands } from '../../../dev/commands.mjs';
import { root } from '../../../dev/paths.ts';
import { main } from '../../../dev/problem.ts';
import { startHaproxy } from '../../support/haproxy.ts';
import { runCommand } from '../../support/run-command.ts';
import { startReplica } from '../replica.ts';
import { obtainClusterDistribution, openCluster } from './laboratory.ts';
import { Matrix, type Way } from './matrix.ts';
import { inOwnNetwork } from './network.ts';
import { acknowledge, type Probe } from './probes.ts';
import type { Sample } from './sequences.ts';

const haproxyPort = 8290;
const haproxyMetricsPort = 8405;
/** Longer than the failure detection takes to exclude a node. */
const frozenMs = 62_000;

const cleared = 'after npm run caches';

/** Deleting empties a node's cache of users; dealt out in turn, it would hide what the other cells look for. */
const isTelling = ({ way, sample }: { way: Way; sample: Sample }) =>
  !(way.name === 'balanced' && sample.sequence.disturbs);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

await main(async () => {
  const { values } = parseArgs({ options: commands.partitions.options });
  await obtainClusterDistribution();
  const code = await inOwnNetwork();
  if (code !== undefined) return code;
  const each = Number(values.each);

  await using cluster = await openCluster('cluster', { options: values.option ?? [] });
  await using checked = await startHaproxy({
    backends: cluster.nodes.map(({ ports }) => ({
      host: '127.0.0.1',
      port: ports.http,
      managementPort: ports.management,
    })),
    port: haproxyPort,
    metricsPort: haproxyMetricsPort,
  });
  await using replicas = new AsyncDisposableStack();
  const tokenPath = `/realms/${cluster.realm.name}/protocol/openid-connect/token`;
  const [first, second] = cluster.nodes;
  if (!first || !second) throw new Error('two nodes are needed');
  const way = async (name: string, one: string, other: string): Promise<Way> => {
    const replica = async (url: string, number: number) =>
      replicas.use(
        await startReplica(cluster, `${name}-${number}`, {
          env: {
            KEYCLOAK_INTERNAL_URL: url,
            KEYCLOAK_NODES: values.unfenced ? '1' : '2',
            SWEEP_INTERVAL_MINUTES: '0',
          },
        }),
      );
    return {
      name,
      replicas: [await replica(one, 1), await replica(other, 2)],
      tokenUrl: `${other}${tokenPath}`,
    };
  };
  const ways = [
    await way('pinned', first.url, second.url),
    ...(values.short ? [] : [await way('balanced', cluster.balancer.url, cluster.balancer.url)]),
    await way('checked', checked.url, checked.url),
  ];
  await cluster.token('agentWriter');
  const matrix = new Matrix(cluster, ways);
  matrix.say('ready');

  if (values.only !== 'freeze') {
    if (!values.short) await tryWhole(matrix, each);
    const unnoticed = await matrix.samples(Math.min(each, 2), ways);
    const split = (await matrix.samples(each, ways)).filter(isTelling);
    const healed = (await matrix.samples(Math.min(each, 5), ways)).filter(isTelling);
    const splitProbes = await matrix.probes(each, ways);
    await matrix.warmAll([...unnoticed, ...split, ...healed], splitProbes);
    const heal = cluster.cut();
    matrix.say('cut');
    const noticed = cluster.seen(1).then(() => matrix.say('both nodes have noticed'));
    await matrix.sendBoth(unnoticed, 24);
    matrix.say(`cut, not noticed: done; in use ${await checked.inUse()}`);
    await matrix.judge('cut, not noticed', unnoticed);
    await noticed;
    await checked.uses(1);
    matrix.say(`in use with health checks: ${await checked.inUse()}`);
    for (const name of ['vendor_cluster_size', 'process_uptime_seconds']) {
      const values = await Promise.all(cluster.nodes.map((node) => node.metric(name)));
      matrix.say(`${name} of each node: ${values}`);
    }
    const acknowledged = await matrix.probe('split', splitProbes);
    await matrix.sendBoth(split);
    await matrix.judge('split', split);
    matrix.say('split: done');
    await matrix.sendFirst(healed);
    heal();
    matrix.say('healed');
    await matrix.sendSecond(healed);
    await matrix.judge('acknowledged in the split, then after the heal', healed);
    await matrix.probe('healed, not merged', splitProbes, acknowledged);
    if (values.short) {
      await clearCaches(matrix);
      await matrix.probe(cleared, splitProbes, acknowledged);
    }
    matrix.say(`stale for ${(await matrix.staleFor(splitProbes, 120_000)).toFixed(0)} s more`);
    await cluster.seen(2);
    matrix.say(`merged; in use ${await checked.inUse()}`);
    await matrix.probe('merged', splitProbes, acknowledged);
    if (!values.short) {
      const merged = await matrix.samples(Math.min(each, 3), ways);
      await matrix.warmAll(merged);
      await matrix.sendBoth(merged);
      await matrix.judge('merged', merged);
    }
  }

  if (values.only !== 'cut') {
    // A balancer without health checks goes on sending requests to the node that stands still.
    const reachable = ways.filter(({ name }) => name !== 'balanced');
    const samples = await matrix.samples(each, reachable);
    const probes = await matrix.probes(each, reachable);
    await matrix.warmAll(samples, probes);
    await checked.uses(2);
    cluster.forgetTokens();
    await Promise.all([cluster.token(), cluster.token('agentWriter')]);
    second.freeze();
    matrix.say('second node frozen');
    const frozenLongEnough = sleep(frozenMs);
    await cluster.seen(1, [first]);
    matrix.say('the first has noticed');
    await matrix.sendFirst(samples);
    const acknowledged = new Set<Probe>();
    for (const { way, probe } of probes) {
      if (await acknowledge(probe, way.replicas[0])) acknowledged.add(probe);
    }
    matrix.say('acknowledged while frozen');
    await frozenLongEnough;
    second.resume();
    matrix.say(`resumed; in use with health checks: ${await checked.inUse()}`);
    // At once, where nothing keeps requests from the node that was frozen; else as soon as it gets any again.
    const isAtOnce = ({ way }: { way: Way }) => way.name === 'pinned';
    const state = 'frozen for 62 s, then resumed';
    await matrix.probe(state, probes.filter(isAtOnce), acknowledged);
    await matrix.sendSecond(samples.filter(isAtOnce));
    matrix.say('asked at the node that was frozen');
    await clearCaches(matrix);
    await matrix.probe(cleared, probes.filter(isAtOnce), acknowledged);
    await checked.uses(2);
    matrix.say('both nodes are in use with health checks');
    const isLater = (one: { way: Way }) => !isAtOnce(one);
    await matrix.probe(state, probes.filter(isLater), acknowledged);
    await matrix.sendSecond(samples.filter(isLater));
    await matrix.judge(state, samples);
    matrix.say(`stale for ${(await matrix.staleFor(probes, 120_000)).toFixed(0)} s more`);
    for (const node of cluster.nodes) {
      for (const view of node.views()) matrix.say(`${node.name}: ${view}`);
    }
  }

  matrix.print();
  const isStale = matrix.probeCells.some(
    ({ state, way, stale }) => stale > 0 && (way === 'checked' || state === cleared),
  );
  if (isStale) matrix.say('Tokens were given that health checks, or clear caches, should have ruled out.');
  return isStale || matrix.cells.some(({ violations }) => violations.length > 0) ? 1 : 0;
});

/** As an operator does it. */
async function clearCaches(matrix: Matrix): Promise<void> {
  const { nodes, realm } = matrix.cluster;
  const args = ['src/commands/caches.ts', ...nodes.map(({ url }) => url)];
  const { code, output } = await runCommand(process.execPath, args, { cwd: root, env: realm.env });
  if (code !== 0) throw new Error(`npm run caches failed: ${output}`);
  matrix.say('caches cleared by npm run caches');
}

async function tryWhole(matrix: Matrix, each: number): Promise<void> {
  const whole = await matrix.samples(Math.min(each, 3), matrix.ways);
  const probes = await matrix.probes(each, matrix.ways);
  await matrix.warmAll(whole, probes);
  await matrix.sendBoth(whole);
  await matrix.judge('whole', whole);
  await matrix.probe('whole', probes);
  matrix.say('whole: done');
}
