import { cpus, release } from 'node:os';
import { version as keycloakVersion } from '../../../dev/keycloak/settings.ts';
import { backgroundTable, figureTables, listsTable } from './figure-tables.ts';
import { type Plot, plotsFolder } from './plots.ts';
import type { Stage } from './stage.ts';
import { summaryOf } from './summary.ts';
import { targetTables } from './target-tables.ts';
import { measurableMs, type Verdict } from './verdicts.ts';

/** What the service's process needed for its share of the requests. */
export interface Footprint {
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly requests: number;
}

/** The whole report in Markdown: what holds and what does not first, and every figure after that. */
export function reportOf(
  stages: readonly Stage[],
  verdicts: readonly Verdict[],
  footprint: Footprint,
  plots: readonly Omit<Plot, 'svg'>[],
): string {
  const cpu = cpus();
  const perRequest = (footprint.cpuSeconds * 1000) / footprint.requests;
  return `# Benchmarks

Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpu.length} × ${cpu[0]?.model ?? 'unknown processor'},
Linux ${release()}, Node ${process.versions.node}, Keycloak ${keycloakVersion} on PostgreSQL. The load generator, the service, Keycloak and
PostgreSQL share the machine, so ratios say more than milliseconds. Few accounts are measured before many, when Java has compiled less, so
what many accounts cost is a little more than the ratio between the two says. The forwarder answers a list without the list, of which the
service writes 18 kB.

- **floor**: the fewest raw calls of the Admin API over kept connections that give the same guarantees, made by the load generator
  itself with the service's own credential.
- **forwarder**: a bare \`node:http\` server that makes the floor's calls and checks nothing.
- **service**: this service, with a person's access token.
- **wrapper**: what a team would first write with \`@keycloak/keycloak-admin-client\`: fewer guarantees (no lock, no unique
  usernames, roles looked up each time).

## Where it wins and loses

${summaryOf(stages, verdicts)}
${plots.length === 0 ? '' : plotsSection(plots)}
## Targets

A figure without a unit is a ratio, and ✗ means that the target does not hold. What the forwarder adds counts as
${measurableMs} ms where less was measured, and as the noise where that is more: by how much every other turn of the floor differed from
those between them. A ratio below 0 means that the service was quicker than the floor.

${targetTables(verdicts)}

## All figures

${stages.map(figureTables).join('\n\n')}

## Lists in Keycloak itself

What the one call behind a list takes, with the service's credential, which fine-grained permissions limit, and with that of a realm
administrator. [keycloak-benchmarks.md](keycloak-benchmarks.md) counts what either has the database do.

${listsTable(stages)}

## Beside requests

${backgroundTable(stages)}

## The process of the service

${perRequest.toFixed(2)} ms of processor time for each request, and ${footprint.peakMb.toFixed(0)} MB at its largest, over ${footprint.requests} requests.
`;
}

function plotsSection(plots: readonly Omit<Plot, 'svg'>[]): string {
  const images = plots.map(({ file, title }) => `![${title}](${plotsFolder}/${file})`);
  return `\n## Plots\n\n${images.join('\n\n')}\n`;
}
