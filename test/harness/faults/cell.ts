import { repeat } from './asking.ts';
import { type Bench, production, testedService } from './bench.ts';
import { check } from './check.ts';
import type { CallSite, Fault } from './fault.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { faultsOfAnswer, faultsOfRepetition, isDone, secretsIn } from './invariants.ts';
import type { CellNames, Operation } from './operations.ts';
import { clearAway, prepare, warmUp } from './subject.ts';

export interface CellResult {
  readonly operation: string;
  readonly site: CallSite;
  readonly fault: Fault;
  /** Statuses of the answer and of its repetition. */
  readonly answers: readonly number[];
  readonly violations: readonly string[];
  readonly wasReached: boolean;
  /** Keycloak took so long for another call that it may have been given up as well: the cell tells nothing. */
  readonly wasSlow: boolean;
}

const slowShare = 0.8;

/** Runs an operation with one fault at one of its calls, then once more without, and checks the account each time. */
export async function runCell(
  bench: Bench,
  operation: Operation,
  site: CallSite,
  fault: Fault,
  cell: CellNames,
): Promise<CellResult> {
  const { laboratory, times, labelOf } = bench;
  const subject = await prepare(bench, operation, cell);
  await using proxy = await startFaultyProxy(laboratory.realm.url, labelOf, times.stallMs);
  await using service = await testedService(laboratory, times, proxy.url);
  await warmUp(service, subject);
  const request = operation.request(cell, subject);

  await proxy.arm({ fault, at: site });
  const first = await service.ask(request);
  const calls = await proxy.disarm();
  const wasSlow = proxy.slowestMs() > times.callTimeoutMs * slowShare;
  const violations = faultsOfAnswer(operation, fault, first);
  violations.push(...(await check(bench, operation, cell, subject, [first], false)));

  const second = await repeat(service, request, first, times);
  await proxy.idle();
  violations.push(...faultsOfRepetition(operation, first, second).map((text) => `then: ${text}`));
  violations.push(
    ...(await check(bench, operation, cell, subject, [first, second], true)).map((text) => `then: ${text}`),
  );
  violations.push(...secretsIn([...service.log, ...service.audit.map((record) => JSON.stringify(record))]));
  await clearAway(bench, cell, subject);
  const wasReached =
    fault.startsWith('refused') || calls.filter((label) => label === site.label).length >= site.nth;
  return {
    operation: operation.name,
    site,
    fault,
    answers: [first.status, second.status],
    violations,
    wasReached,
    wasSlow,
  };
}

/** The calls that an operation makes when nothing goes wrong, in the order in which they arrive. */
export async function recordCalls(bench: Bench, operation: Operation, cell: CellNames): Promise<CallSite[]> {
  const { laboratory, labelOf } = bench;
  const subject = await prepare(bench, operation, cell);
  await using proxy = await startFaultyProxy(laboratory.realm.url, labelOf, production.stallMs);
  await using service = await testedService(laboratory, production, proxy.url);
  await warmUp(service, subject);
  await proxy.arm();
  const answer = await service.ask(operation.request(cell, subject));
  const labels = await proxy.disarm();
  if (!isDone(answer))
    throw new Error(`${operation.name} fails without a fault: ${answer.status} ${answer.text}`);
  await clearAway(bench, cell, subject);
  return labels.map((label, index) => ({
    label,
    nth: labels.slice(0, index + 1).filter((other) => other === label).length,
    place: index + 1,
  }));
}
