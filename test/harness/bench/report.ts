import { cpus, release } from 'node:os';
import { version as keycloakVersion } from '../../../dev/keycloak/settings.ts';
import type { Background } from './background.ts';
import type { Measured } from './measure.ts';
import type { Verdict } from './verdicts.ts';

export interface Stage {
  readonly accounts: number;
  readonly measured: readonly Measured[];
  /** Calls to Keycloak for each operation of the service, nothing else going on. */
  readonly calls: ReadonlyMap<string, number>;
  readonly background: readonly Background[];
}

export interface Footprint {
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly requests: number;
}

const ms = (value: number): string => value.toFixed(1);

/** The tables of one stage, in Markdown. */
function stageReport({ accounts, measured, calls }: Stage): string {
  const concurrencies = [...new Set(measured.map(({ concurrency }) => concurrency))];
  const tables = concurrencies.map((concurrency) => {
    const rows = measured
      .filter((one) => one.concurrency === concurrency)
      .map((one) => {
        const made = one.contestant === 'service' ? (calls.get(one.operation) ?? '') : '';
        const columns = [
          one.operation,
          one.contestant,
          ms(one.p50Ms),
          ms(one.p95Ms),
          ms(one.p99Ms),
          one.perSecond.toFixed(0),
          made,
        ];
        return `| ${columns.join(' | ')} |`;
      });
    return [
      `### ${accounts.toLocaleString('en')} accounts, concurrency ${concurrency}`,
      '',
      '| operation | by | p50 ms | p95 ms | p99 ms | per second | calls to Keycloak |',
      '|---|---|---:|---:|---:|---:|---:|',
      ...rows,
    ].join('\n');
  });
  return tables.join('\n\n');
}

/** What goes on beside requests, among few accounts and among many. */
function backgroundReport(stages: readonly Stage[]): string {
  const rows = stages.flatMap(({ accounts, background }) =>
    background.map(({ what, seconds, calls, peakMb }) => {
      const columns = [
        what,
        accounts.toLocaleString('en'),
        seconds.toFixed(1),
        calls ?? '',
        peakMb === undefined ? '' : peakMb.toFixed(0),
      ];
      return `| ${columns.join(' | ')} |`;
    }),
  );
  return [
    '| what | accounts | seconds | calls to Keycloak | MB at its largest |',
    '|---|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

/** The whole report: where it was measured, what was found, and each target with its verdict. */
export function reportOf(
  stages: readonly Stage[],
  verdicts: readonly Verdict[],
  footprint: Footprint,
): string {
  const cpu = cpus();
  const perRequest = (footprint.cpuSeconds * 1000) / footprint.requests;
  return `# Benchmarks

Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpu.length} × ${cpu[0]?.model ?? 'unknown processor'},
Linux ${release()}, Node ${process.versions.node}, Keycloak ${keycloakVersion} on PostgreSQL. The load generator, the service, Keycloak and
PostgreSQL share the machine, so ratios say more than milliseconds.

- **floor**: the fewest raw calls of the Admin API over kept connections that give the same guarantees, made by the load generator
  itself with the service's own credential.
- **forwarder**: a bare \`node:http\` server that makes the floor's calls and checks nothing.
- **service**: this service, with a person's access token.
- **wrapper**: what a team would first write with \`@keycloak/keycloak-admin-client\`: fewer guarantees (no lock, no unique
  usernames, roles looked up each time).

${stages.map(stageReport).join('\n\n')}

## The process of the service
${perRequest.toFixed(2)} ms of processor time for each request, and ${footprint.peakMb.toFixed(0)} MB at its largest, over ${footprint.requests} requests.

## Beside requests
${backgroundReport(stages)}

## Targets
| target | holds | measured |
|---|---|---|
${verdicts.map(({ target, holds, figures }) => `| ${target} | ${holds ? 'yes' : '**no**'} | ${figures} |`).join('\n')}
`;
}
