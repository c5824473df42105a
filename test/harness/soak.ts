import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, styleText } from 'node:util';
import { commands } from '../../dev/commands.mjs';
import { main } from '../../dev/problem.ts';
import { openLaboratory } from './laboratory.ts';
import { seededRandom } from './random.ts';
import { growthOf, type Holding } from './soak/growth.ts';
import { startWatchedReplica } from './soak/watched-replica.ts';
import { createWorker } from './soak/worker.ts';

/** How often memory and handles are looked at, all callers at rest. */
const stagesOf = (operations: number): number => Math.min(20, Math.max(4, Math.round(operations / 250)));
/** Longer than idle connections are kept. */
const restMs = 5_000;

// The guards of what was started end it when this process goes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

await main(async () => {
  const { values } = parseArgs({ options: commands.soak.options });
  const operations = Number(values.operations);
  const restarts = Number(values.restarts);
  const stages = stagesOf(operations);
  const statuses = new Map<number, number>();
  const violations: string[] = [];
  let done = 0;

  await using laboratory = await openLaboratory('soak');
  const watched = [
    await startWatchedReplica(laboratory, 'soaked-1'),
    await startWatchedReplica(laboratory, 'soaked-2'),
  ];
  await using stack = new AsyncDisposableStack();
  for (const { replica } of watched) stack.use(replica);
  const soak = {
    laboratory,
    replicas: watched.map(({ replica }) => replica),
    random: seededRandom(Number(values.seed)),
    onAnswer: ({ status }: { status: number }) => {
      done += 1;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    },
  };
  const workers = Array.from({ length: Number(values.concurrency) }, (_, index) =>
    createWorker(soak, `worker ${index}`),
  );
  const kept: Holding[][] = watched.map(() => []);
  const startedAt = performance.now();
  const endsAt = startedAt + Number(values.minutes) * 60_000;

  for (let stage = 1; stage <= stages && performance.now() < endsAt; stage++) {
    const until = (operations * stage) / stages;
    const isOutage = Math.floor((stage * restarts) / stages) > Math.floor(((stage - 1) * restarts) / stages);
    const work = Promise.all(
      workers.map(async (worker) => {
        while (done < until && performance.now() < endsAt) {
          violations.push(...(await worker.batch().catch((error) => [String(error)])));
        }
      }),
    );
    const restarting = isOutage ? restartKeycloak() : undefined;
    await Promise.all([work, restarting]);
    await sleep(restMs);
    for (const [index, { holding }] of watched.entries()) kept[index]?.push(await holding(done));
    const last = kept.map((list) => describe(list.at(-1)));
    console.log(
      `… ${done} operations, ${violations.length} violations${isOutage ? ', after a kill -9 of Keycloak' : ''}; ${last.join(' · ')}`,
    );
  }

  async function restartKeycloak(): Promise<void> {
    await sleep(1_000);
    await laboratory.keycloak.kill();
    await laboratory.keycloak.start();
  }

  const growth = kept.map(growthOf);
  for (const violation of violations.slice(0, 20)) console.log(styleText('red', violation));
  const answers = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `\n${done} operations in ${seconds.toFixed(0)} s (${(done / seconds).toFixed(0)} a second): ${answers.join(', ')}`,
  );
  for (const [index, { bytes, handles, faults }] of growth.entries()) {
    console.log(
      `replica ${index + 1}: trend of memory ${megabytes(bytes)}, of open handles ${handles.toFixed(1)}`,
    );
    violations.push(...faults);
  }
  console.log(`${restarts} restarts of Keycloak, seed ${values.seed}: ${violations.length} violations`);
  return violations.length === 0 && done >= operations ? 0 : 1;
});

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function describe(holding: Holding | undefined): string {
  if (holding === undefined) return 'unknown';
  const { bytes, residentBytes, handles } = holding;
  return `${megabytes(bytes)} held (${megabytes(residentBytes)} resident), ${handles} handles`;
}
