import { pick, type Random } from '../random.ts';
import type { ServiceAnswer } from '../replica.ts';
import { repeat } from './asking.ts';
import { type Bench, testedService } from './bench.ts';
import { check } from './check.ts';
import type { CallSite } from './fault.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { faultsOfRepetition } from './invariants.ts';
import type { Operation } from './operations.ts';
import { changing, type RecordedOperation } from './recorded.ts';
import { clearAway, prepare, warmUp } from './subject.ts';

export interface OutageResult {
  readonly operation: string;
  readonly outage: string;
  readonly answers: readonly number[];
  readonly violations: readonly string[];
}

interface Interrupted {
  readonly operation: Operation;
  readonly site: CallSite;
}

/** kill -9 of Keycloak, then an immediate restart of PostgreSQL, each in the middle of every operation that changes something. */
export async function runOutages(
  bench: Bench,
  recorded: readonly RecordedOperation[],
  random: Random,
): Promise<OutageResult[]> {
  const { keycloak, database } = bench.laboratory;
  const interrupted = recorded
    .filter(({ operation }) => !operation.changesNothing)
    .map(({ operation, sites }) => ({ operation, site: pick(random, withoutLocks(changing(sites))) }));
  return [
    ...(await runOutage(bench, 'Keycloak killed', interrupted, keycloak.kill, keycloak.start)),
    ...(await runOutage(bench, 'PostgreSQL restarted', interrupted, database.restartAtOnce, keycloak.ready)),
  ];
}

/** In the middle is where the account changes, not where its lock is taken or given back. */
const withoutLocks = (sites: readonly CallSite[]): CallSite[] =>
  sites.filter(({ label }) => label !== 'PUT /roles-by-id/{id}');

/** What an honest service answers whose Keycloak goes away in the middle. */
const honest = [200, 201, 204, 409, 503, 504];

/**
 * Lets operations run up to a call each, brings the outage about just as those calls go out, and repeats the operations
 * once `recover` is done. Checks each account before and after.
 */
async function runOutage(
  bench: Bench,
  outage: string,
  interrupted: readonly Interrupted[],
  strike: () => Promise<void>,
  recover: () => Promise<void>,
): Promise<OutageResult[]> {
  const { laboratory, times, labelOf } = bench;
  await using stack = new AsyncDisposableStack();
  const runs = await Promise.all(
    interrupted.map(async ({ operation, site }, index) => {
      const cell = { username: `${outage} ${index}`, key: `${outage}-${index}`.replaceAll(' ', '-') };
      const subject = await prepare(bench, operation, cell);
      const proxy = stack.use(await startFaultyProxy(laboratory.realm.url, labelOf, times.stallMs));
      const service = stack.use(await testedService(laboratory, times, proxy.url));
      await warmUp(service, subject);
      await proxy.arm();
      const held = proxy.holdAt(site);
      const request = operation.request(cell, subject);
      const answered = service.ask(request);
      await Promise.race([held.reached, answered]);
      return { operation, cell, subject, service, request, answered, held };
    }),
  );
  const striking = strike();
  for (const { held } of runs) held.release(true);
  await striking;
  const firsts = await Promise.all(runs.map(({ answered }) => answered));
  await recover();

  // Awaited here, with the services still running.
  return await Promise.all(
    runs.map(async ({ operation, cell, subject, service, request }, index) => {
      const first = firsts[index] as ServiceAnswer;
      const violations = honest.includes(first.status) ? [] : [`answered ${first.status}`];
      violations.push(...(await check(bench, operation, cell, subject, [first], false)));
      const second = await repeat(service, request, first, times);
      violations.push(...faultsOfRepetition(operation, first, second).map((text) => `then: ${text}`));
      const after = await check(bench, operation, cell, subject, [first, second], true);
      violations.push(...after.map((text) => `then: ${text}`));
      await clearAway(bench, cell, subject);
      return { operation: operation.name, outage, answers: [first.status, second.status], violations };
    }),
  );
}
