import { build } from 'esbuild';

// One file for whoever installs the package, with everything that the program imports.
await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/orki-sa.js',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  legalComments: 'eof',
  banner: {
    // yargs reads its translations by require().
    js: '#!/usr/bin/env node\nimport { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
});
