import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './child.ts';
import { commands } from './commands.mjs';
import { findOnPath } from './keycloak/java.ts';
import { root } from './paths.ts';
import { main, Problem } from './problem.ts';

const oasdiff = 'github.com/oasdiff/oasdiff@v1.36.0';
const contract = join(root, 'openapi', 'openapi.json');
/** The contract that callers were last promised: of the last release, or of the one that is being prepared. */
const released = join(root, 'openapi', 'released.json');

/**
 * Fails when a caller of the released contract could not go on with this one, unless the version says so. With
 * --release the contract becomes the released one.
 */
await main(async () => {
  const { release } = parseArgs({ options: commands.compatibility.options }).values;
  if (release) {
    copyFileSync(contract, released);
    return 0;
  }
  if (!findOnPath('go')) throw new Problem('The comparison needs Go, to run oasdiff.');
  await requireThatItObjects();
  const { breaks, words } = await compare(released, contract);
  console.log(words.trim());
  const [from, to] = [released, contract].map(versionOf) as [string, string];
  if (!breaks) console.log(`A caller of ${from} can go on with ${to}.`);
  else if (epochOf(from) !== epochOf(to)) console.log(`That is what ${to} after ${from} says.`);
  else throw new Problem(`This breaks callers of ${from}, and ${to} does not say so.`);
  return 0;
});

function versionOf(file: string): string {
  return JSON.parse(readFileSync(file, 'utf8')).info.version;
}

/** What has to change with a breaking change (Semantic Versioning): the major version, before 1.0 the minor one. */
function epochOf(version: string): string {
  return /^(0\.\d+|[1-9]\d*)/.exec(version)?.[0] ?? version;
}

async function compare(from: string, to: string): Promise<{ breaks: boolean; words: string }> {
  const words: string[] = [];
  const args = ['run', oasdiff, 'breaking', from, to, '--fail-on', 'ERR'];
  const code = await run('go', args, { cwd: tmpdir(), onOutput: (text) => void words.push(text) });
  const text = words.join('');
  // `go run` says of any failure of the program: exit status 1.
  if (code !== 0 && !/\d+ changes: \d+ error/.test(text)) throw new Problem(`oasdiff failed.\n${text}`);
  return { breaks: code !== 0, words: text };
}

/** A comparison that lets everything pass would look just like one that finds nothing. */
async function requireThatItObjects(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'orki-contract-'));
  try {
    const broken = JSON.parse(readFileSync(released, 'utf8'));
    delete broken.components.schemas.ServiceAccount.properties.clientId;
    const file = join(folder, 'broken.json');
    writeFileSync(file, JSON.stringify(broken));
    const { breaks } = await compare(released, file);
    if (!breaks) throw new Problem('oasdiff does not object to an answer without clientId.');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
