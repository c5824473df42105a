import { parseArgs, styleText } from 'node:util';
import { commands } from '../../dev/commands.mjs';
import { main } from '../../dev/problem.ts';
import { runAbandoned } from './faults/abandoned.ts';
import { production, testedService } from './faults/bench.ts';
import type { CellResult } from './faults/cell.ts';
import { endUnderLoad, standStill } from './faults/endings.ts';
import { labelling } from './faults/labels.ts';
import { describeViolation, isBroken, printMatrix } from './faults/matrix.ts';
import { runOutages } from './faults/outages.ts';
import { recordOperations } from './faults/recorded.ts';
import { runKills } from './faults/run-kills.ts';
import { runMatrix } from './faults/run-matrix.ts';
import { openLaboratory } from './laboratory.ts';
import { seededRandom } from './random.ts';

// The guards of what was started end it when this process goes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

await main(async () => {
  const { values } = parseArgs({ options: commands.faults.options });
  const isWanted = (part: string) => values.only === undefined || values.only === part;
  const scale = Number(values.scale);
  const times = {
    callTimeoutMs: production.callTimeoutMs * scale,
    stallMs: production.stallMs * scale,
    leaseMs: production.leaseMs * scale,
  };
  const lanes = Number(values.lanes);
  const random = seededRandom(Number(values.seed));
  const untilEnd = () => AbortSignal.timeout(Number(values.minutes) * 60_000);

  await using laboratory = await openLaboratory('faults');
  await using steady = await testedService(laboratory, production);
  const bench = { laboratory, labelOf: await labelling(laboratory.realm), times, steady };
  const recorded = await recordOperations(bench);
  let failures = 0;
  const tell = (title: string, lines: readonly string[]) => {
    failures += lines.length;
    console.log(`\n${title}: ${lines.length === 0 ? 'no violation' : `${lines.length} with a violation`}`);
    for (const line of lines) console.log(styleText('red', line));
  };

  if (isWanted('matrix')) {
    const onCell = (result: CellResult, done: number, all: number) => {
      if (isBroken(result)) console.log(styleText('red', describeViolation(result)));
      if (done % 25 === 0) console.log(`… ${done} of ${all} cells`);
    };
    const slice = values.slice.split('/').map(Number);
    const run = {
      lanes,
      random,
      isFull: !values.short,
      slice: [slice[0] ?? 1, slice[1] ?? 1] as const,
      signal: untilEnd(),
      onCell,
    };
    const { results, wanted } = await runMatrix(bench, recorded, run);
    printMatrix(results);
    const broken = results.filter(isBroken).length;
    const slow = results.filter(({ wasSlow }) => wasSlow).length;
    const reached = results.filter(({ wasReached }) => wasReached).length;
    failures += broken + slow + (wanted - results.length);
    console.log(
      `\n${results.length} of ${wanted} cells, in ${reached} of which the call was made and broken; times scaled by ${scale}, ` +
        `${slow} told nothing because Keycloak was too slow, seed ${values.seed}: ${broken} with a violation`,
    );
  }
  if (isWanted('abandoned')) {
    const run = { lanes, signal: untilEnd() };
    const { results, wanted, repairs, faults } = await runAbandoned(bench, recorded, run);
    failures += wanted - results.length;
    for (const { operation, site, status, violations } of results) {
      const mark = violations.length === 0 ? 'ok' : 'NO';
      console.log(
        `${mark}  ${operation.padEnd(16)} ended after ${site.place} ${site.label}, answered ${status}`,
      );
    }
    const counts = Map.groupBy(repairs, ({ kind }) => kind);
    const told = [...counts].map(([kind, all]) => `${all.length} × ${kind}`).join(', ');
    console.log(`the sweep repaired ${told}`);
    tell(`${results.length} operations broken off for good, then one sweep`, [
      ...linesOf(results),
      ...faults,
    ]);
  }
  if (isWanted('kills')) {
    const run = { lanes, random, isEverywhere: values.full, signal: untilEnd() };
    const { results, wanted } = await runKills(bench, recorded, run);
    failures += wanted - results.length;
    for (const { operation, site, arrives, status, violations, wasReached } of results) {
      const mark = !wasReached ? '– ' : violations.length === 0 ? 'ok' : 'NO';
      const fate = arrives ? 'arrives' : 'is lost';
      console.log(
        `${mark}  ${operation.padEnd(16)} killed at ${site.place} ${site.label}, which ${fate}: then ${status}`,
      );
    }
    const killed = results.filter(({ wasReached }) => wasReached).length;
    tell(`kill -9 of the service, ${killed} times`, linesOf(results));
  }
  if (isWanted('outages')) {
    const results = await runOutages(bench, recorded, random);
    for (const { outage, operation, answers } of results) {
      console.log(`${outage.padEnd(22)} ${operation.padEnd(16)} ${answers.join(', then ')}`);
    }
    tell('kill -9 of Keycloak, restart of PostgreSQL', linesOf(results));
  }
  if (isWanted('endings')) {
    tell('SIGTERM under load', await endUnderLoad(laboratory));
    tell('Keycloak stands still', await standStill(laboratory));
  }
  return failures === 0 ? 0 : 1;
});

function linesOf(results: readonly { operation: string; violations: readonly string[] }[]): string[] {
  return results
    .filter(({ violations }) => violations.length > 0)
    .map(({ operation, violations }) => `${operation}: ${violations.join('; ')}`);
}
