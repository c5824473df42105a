import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { jsonRequest } from '../../support/json-request.ts';
import type { ServiceAnswer, ServiceRequest } from '../replica.ts';
import { repeat } from './asking.ts';
import { type Bench, testedService } from './bench.ts';
import { check } from './check.ts';
import type { CallSite } from './fault.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { faultsOfRepetition } from './invariants.ts';
import type { CellNames, Operation } from './operations.ts';
import { clearAway, prepare, warmUp } from './subject.ts';

export interface KillResult {
  readonly operation: string;
  readonly site: CallSite;
  /** Whether the call that was under way still reached Keycloak. */
  readonly arrives: boolean;
  readonly status: number;
  readonly violations: readonly string[];
  /** False when the operation went without that call this time, and nobody was killed. */
  readonly wasReached: boolean;
}

/**
 * Kills the service (kill -9) while it waits for the answer to one of its calls, then repeats the request through
 * another replica, and checks the account before and after.
 */
export async function runKill(
  bench: Bench,
  operation: Operation,
  site: CallSite,
  arrives: boolean,
  cell: CellNames,
): Promise<KillResult> {
  const { laboratory, times, labelOf } = bench;
  const subject = await prepare(bench, operation, cell);
  await using proxy = await startFaultyProxy(laboratory.realm.url, labelOf, times.stallMs);
  await using victim = await startVictim(bench, proxy.url);
  await warmUp(victim, subject);
  await proxy.arm();
  const held = proxy.holdAt(site);
  const request = operation.request(cell, subject);
  const answered = victim.ask(request).catch(() => undefined);
  const early = await Promise.race([held.reached, answered]);
  if (early !== undefined) {
    await clearAway(bench, cell, subject);
    return {
      operation: operation.name,
      site,
      arrives,
      status: early.status,
      violations: [],
      wasReached: false,
    };
  }
  victim.kill();
  held.release(arrives);
  await proxy.idle();

  const cutOff = await answered;
  if (cutOff !== undefined) throw new Error('a killed service answered');
  const unknown = noAnswer();
  const violations = await check(bench, operation, cell, subject, [unknown], false);
  await using other = await testedService(laboratory, times);
  const second = await repeat(other, request, unknown, times);
  violations.push(...faultsOfRepetition(operation, unknown, second).map((text) => `then: ${text}`));
  const after = await check(bench, operation, cell, subject, [unknown, second], true);
  violations.push(...after.map((text) => `then: ${text}`));
  await clearAway(bench, cell, subject);
  return { operation: operation.name, site, arrives, status: second.status, violations, wasReached: true };
}

/** What whoever gets no answer knows. */
const noAnswer = (): ServiceAnswer => ({
  status: 504,
  headers: {},
  text: '',
  body: undefined,
  sentAt: performance.now(),
  answeredAt: performance.now(),
});

async function startVictim({ laboratory, times }: Bench, internalUrl: string) {
  const { url, name, secret, issuer } = laboratory.realm;
  const settings = {
    internalUrl,
    callTimeoutMs: times.callTimeoutMs,
    lockLeaseMs: times.leaseMs,
    maxAccountsPerTenant: 100_000,
  };
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'victim.ts')], {
    env: {
      PATH: process.env.PATH,
      VICTIM: JSON.stringify({ realm: { url, name, secret, issuer }, settings }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [address] = child.stdout === null ? [''] : await once(child.stdout.setEncoding('utf8'), 'data');
  const base = `${String(address).trim()}/api/v1/tenants/acme/service-accounts`;
  return {
    log: [],
    audit: [],
    async ask({ method = 'GET', path = '', ...wanted }: ServiceRequest): Promise<ServiceAnswer> {
      const token = await laboratory.token();
      const sentAt = performance.now();
      const response = await fetch(`${base}${path}`, jsonRequest(token, { method, ...wanted }));
      const text = await response.text();
      const parsed = text === '' ? undefined : JSON.parse(text);
      const answeredAt = performance.now();
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        text,
        body: parsed,
        sentAt,
        answeredAt,
      };
    },
    kill: () => void child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
