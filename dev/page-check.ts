import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { builtPage } from './page-build.ts';
import { Problem } from './problem.ts';

const maxFirstLoadBytes = 200_000;
/** Addresses that libraries name without ever going there: documentation, namespaces, a base for parsing others. */
const namesOnly = /^https?:\/\/(react\.dev\/|www\.w3\.org\/|127\.0\.0\.1$)/;

/**
 * Measures the scripts that a browser fetches before the list is on the screen, and looks for addresses and secrets in
 * all of them. A Problem when there is too much, or anything of the kind.
 */
export function checkBuiltPage(): void {
  const scripts = readdirSync(join(builtPage, 'assets')).filter((name) => name.endsWith('.js'));
  const first = firstLoad(scripts);
  const bytes = first.reduce((sum, name) => sum + statSync(join(builtPage, 'assets', `${name}.gz`)).size, 0);
  console.log(
    `First load: ${(bytes / 1000).toFixed(1)} kB of compressed JavaScript in ${first.length} files`,
  );
  if (bytes > maxFirstLoadBytes) throw new Problem(`That is more than ${maxFirstLoadBytes / 1000} kB.`);
  const faults = scripts.flatMap((name) => faultsIn(name, read(name)));
  if (faults.length > 0) throw new Problem(`In the bundle:\n  ${faults.join('\n  ')}`);
}

const read = (name: string) => readFileSync(join(builtPage, 'assets', name), 'utf8');

/** The entry and what it imports, what the list screen imports lazily, and one language. */
function firstLoad(scripts: readonly string[]): string[] {
  const document = readFileSync(join(builtPage, 'index.html'), 'utf8');
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    for (const imported of scripts) {
      if (new RegExp(`(from|import)\\s*["']\\./${RegExp.escape(imported)}["']`).test(read(name)))
        visit(imported);
    }
  };
  for (const name of scripts)
    if (document.includes(`assets/${name}`) || /^(en|shell)-/.test(name)) visit(name);
  return [...found];
}

function faultsIn(name: string, text: string): string[] {
  const addresses = [...text.matchAll(/https?:\/\/[^\s"'`\\)<>]+/g)].map(([address]) => address);
  const foreign = addresses.filter((address) => !namesOnly.test(address) && !address.includes('${'));
  return [
    ...foreign.map((address) => `${name} names ${address}`),
    ...(/orki_sa_[0-9A-Za-z]{20}|BEGIN [A-Z ]*PRIVATE KEY/.test(text) ? [`${name} holds a secret`] : []),
  ];
}
