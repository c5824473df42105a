import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { commands } from './commands.mjs';
import { buildSettingsPage } from './page-build.ts';
import { checkBuiltPage } from './page-check.ts';
import { checkPackage, packInto } from './page-package.ts';
import { root } from './paths.ts';
import { main } from './problem.ts';

/** Builds the settings page, or checks or packs it: see commands.mjs. */
await main(async () => {
  const { check, pack } = parseArgs({ options: commands.page.options }).values;
  if (pack !== undefined) {
    // npm runs its scripts at the top of the checkout, and says from where it was called.
    console.log(await packInto(resolve(process.env.INIT_CWD ?? root, pack)));
    return 0;
  }
  await buildSettingsPage();
  if (!check) return 0;
  checkBuiltPage();
  const folder = mkdtempSync(join(tmpdir(), 'orki-page-'));
  try {
    await checkPackage(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return 0;
});
