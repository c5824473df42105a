import { parseArgs } from 'node:util';
import { commands } from '../../dev/commands.mjs';
import { main, Problem } from '../../dev/problem.ts';
import { obtainClusterDistribution, openCluster } from './cluster/laboratory.ts';
import { inOwnNetwork } from './cluster/network.ts';
import { openLaboratory, type TestedRealm } from './laboratory.ts';
import { olderVersion } from './older-version.ts';
import { rawKeycloak } from './races/raw-keycloak.ts';
import { isViolation, printAnswers, printTable, printViolations } from './races/report.ts';
import { raceContestant, raceForOneWinner } from './races/run.ts';
import { throughService } from './races/through-service.ts';
import { seededRandom } from './random.ts';
import { startReplica } from './replica.ts';

/** Of all rounds, those in which one of several has to win. */
const shareForOneWinner = 0.2;

// The guards of what was started end it when this process goes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

await main(async () => {
  const { values } = parseArgs({ options: commands.races.options });
  if (values.nodes !== '1' && values.nodes !== '2') throw new Problem('--nodes is 1 or 2.');
  if (values.nodes === '2') {
    await obtainClusterDistribution();
    const code = await inOwnNetwork();
    if (code !== undefined) return code;
  }
  const rounds = Number(values.rounds);
  const oneWinner = Math.ceil(rounds * shareForOneWinner);
  const rawRounds = Number(values['raw-rounds']);

  await using opened = new AsyncDisposableStack();
  const { laboratory, urls } = await open(opened, values.nodes === '2', values.pinned);
  const replicas = [];
  for (const [index, url] of urls.entries()) {
    const env = { KEYCLOAK_INTERNAL_URL: url, KEYCLOAK_NODES: values.nodes };
    const version = index === 1 && values.beside !== '' ? { version: olderVersion(values.beside) } : {};
    replicas.push(opened.use(await startReplica(laboratory, `replica-${index + 1}`, { env, ...version })));
  }
  const signal = AbortSignal.timeout(Number(values.minutes) * 60_000);
  const race = (count: number) => ({ rounds: count, random: seededRandom(Number(values.seed)), signal });
  const service = throughService(laboratory, replicas);
  const tallies = [
    await raceContestant(rawKeycloak(laboratory, 'fields'), race(rawRounds)),
    await raceContestant(rawKeycloak(laboratory, 'whole'), race(rawRounds)),
    await raceContestant(service, race(rounds - oneWinner)),
  ];
  const winners = await raceForOneWinner(service, laboratory, replicas, race(oneWinner));
  const [fields, whole, ours] = tallies;
  if (!fields || !whole || !ours) throw new Error('a contestant is missing');
  ours.results.push(...winners.results);
  ours.seconds += winners.seconds;

  printAnswers(ours);
  printTable(tallies);
  printViolations(ours);
  const violations = ours.results.filter(isViolation).length;
  // Without raw rounds there is nothing to compare with.
  const seen =
    rawRounds === 0 || [fields, whole].every(({ results }) => results.some(({ lost }) => lost.length > 0));
  console.log(
    `\n${ours.results.length} of ${rounds} rounds through two replicas (seed ${values.seed}): ${violations} violations.` +
      (seen ? '' : '\nRaw Keycloak lost nothing: a harness that sees no loss proves nothing.'),
  );
  return violations === 0 && seen && ours.results.length === rounds ? 0 : 1;
});

/** One Keycloak or two nodes, and where each of two replicas reaches it. */
async function open(
  opened: AsyncDisposableStack,
  isCluster: boolean,
  isPinned: boolean,
): Promise<{ laboratory: TestedRealm; urls: string[] }> {
  if (!isCluster) {
    const laboratory = opened.use(await openLaboratory('races'));
    return { laboratory, urls: [laboratory.realm.url, laboratory.realm.url] };
  }
  const cluster = opened.use(await openCluster('races'));
  const urls = cluster.nodes.map(({ url }) => (isPinned ? url : cluster.balancer.url));
  return { laboratory: cluster, urls };
}
