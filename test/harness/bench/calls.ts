import { type Contestant, type Operation, operations } from './contestant.ts';
import type { Subjects } from './measure.ts';

const metric = /^orki_keycloak_call_duration_seconds_count\{[^}]*\} (\d+)$/gm;
/** The replica has looked up by then what it looks up once for each account. */
const unmeasured = 1;
const repetitions = 5;

/** How many calls to Keycloak a replica of the service has made since it started, by its metrics. */
async function callsSoFar(url: string): Promise<number> {
  const text = await (await fetch(url)).text();
  const counts = [...text.matchAll(metric)].map(([, count]) => Number(count));
  if (counts.length === 0) throw new Error(`${url} counts no calls to Keycloak`);
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * The calls to Keycloak that the service makes for each operation, one operation after another.
 * @param url where the service's metrics are
 */
export async function countCalls(
  url: string,
  service: Contestant,
  subjects: Subjects,
): Promise<ReadonlyMap<Operation, number>> {
  const counted = new Map<Operation, number>();
  for (const operation of operations) {
    const run = async () => {
      const made = await service.run(operation, subjects.next(service, operation));
      if (made !== undefined) subjects.made(service, made);
    };
    for (let time = 0; time < unmeasured; time++) await run();
    const before = await callsSoFar(url);
    for (let time = 0; time < repetitions; time++) await run();
    counted.set(operation, ((await callsSoFar(url)) - before) / repetitions);
  }
  return counted;
}
