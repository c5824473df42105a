import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import type { commands } from '../../../../dev/commands.mjs';
import { version } from '../../../../dev/keycloak/settings.ts';
import { root } from '../../../../dev/paths.ts';
import { compareAlgorithms } from './algorithms.ts';
import { compareCacheSizes } from './cache.ts';
import { compareEvents } from './events.ts';
import { compareHeaps } from './heap.ts';
import { compareJavas } from './java.ts';
import { comparePolicies } from './policies.ts';
import { comparePools } from './pool.ts';
import type { Size } from './size.ts';
import { countStatements } from './statements.ts';
import { compareWithStock } from './tokens.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

type Part = (typeof commands.bench.options.only.choices)[number];

const parts: Record<Part, { title: string; run: (workbench: Workbench) => Promise<string> }> = {
  tokens: { title: 'Tokens, beside a stock realm', run: compareWithStock },
  algorithms: { title: 'Signature algorithms', run: compareAlgorithms },
  events: { title: 'Stored events', run: compareEvents },
  policies: { title: 'Client policies, and two secrets', run: comparePolicies },
  pool: { title: 'Connections to the database, 32 callers', run: comparePools },
  heap: { title: "Java's heap and collector", run: compareHeaps },
  java: { title: 'Versions of Java', run: compareJavas },
  cache: { title: 'Entries of the realm cache', run: compareCacheSizes },
  statements: { title: 'Statements of a request', run: countStatements },
};

const file = join(root, 'docs', 'keycloak-benchmarks.md');

/**
 * Measures settings of Keycloak against each other, and prints each part's tables as soon as it is done.
 * @param only the parts that are measured; none for all
 * @param isWritten whether the tables replace those in docs/keycloak-benchmarks.md
 */
export async function measureKeycloak(
  size: Size,
  only: readonly string[],
  isWritten: boolean,
): Promise<void> {
  await using workbench = await openWorkbench(size);
  for (const [name, { title, run }] of Object.entries(parts)) {
    if (only.length > 0 && !only.includes(name)) continue;
    console.log(`\n${title}…`);
    const section = `## ${title}\n${circumstances(size)}\n\n${await run(workbench)}`;
    console.log(`\n${section}\n`);
    if (isWritten) replaceSection(name, section);
  }
}

function circumstances({ accounts }: Size): string {
  const [cpu, ...others] = cpus();
  return `${new Date().toISOString().slice(0, 10)}, ${accounts.toLocaleString('en')} accounts, Keycloak ${version}, ${others.length + 1} × ${cpu?.model ?? 'unknown processor'}, Linux ${release()}.`;
}

function replaceSection(name: string, section: string): void {
  const sections = new Map<string, string>();
  const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
  for (const [, part = '', text = ''] of written.matchAll(/<!-- (\w+) -->\n([\s\S]*?)\n<!-- \/\1 -->/g)) {
    sections.set(part, text);
  }
  sections.set(name, section);
  const inOrder = Object.keys(parts).flatMap((part) => {
    const text = sections.get(part);
    return text === undefined ? [] : [`<!-- ${part} -->\n${text}\n<!-- /${part} -->`];
  });
  writeFileSync(file, `${heading}\n${inOrder.join('\n\n')}\n`);
}

const heading = `# Keycloak's settings, measured

Made by \`npm run bench -- --keycloak\`. All variants of a table ran in turns on one machine, which the load generator, Keycloak
and PostgreSQL share, so the ratios (×) to the first line, with their range, say more than the figures. A hot list is a list of
20 accounts of a tenant that is asked for all the time.
`;
