import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compiledMessages } from './messages-plugin.ts';
import { browsers, client } from './vite.config.ts';

/** What is shared with a host that uses React; `element.js` brings all of it along. */
const shared =
  /^(react|react-dom|react-aria|react-aria-components|react-stately|@tanstack\/react-query|@lingui\/core|openapi-fetch)(\/|$)/;
const isElement = process.env.PACKAGE_ENTRY === 'element';

/** The npm package: a React component, and, with PACKAGE_ENTRY=element, a custom element for hosts without React. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [compiledMessages(), react()],
  resolve: { alias: [client], dedupe: ['openapi-fetch'] },
  define: isElement ? { 'process.env.NODE_ENV': '"production"' } : {},
  build: {
    target: 'es2023',
    cssTarget: browsers,
    outDir: 'dist/package',
    emptyOutDir: !isElement,
    minify: isElement,
    lib: {
      entry: isElement ? { element: 'src/element.ts' } : { index: 'src/index.ts' },
      formats: ['es'],
      cssFileName: 'styles',
    },
    rolldownOptions: {
      external: isElement ? [] : shared,
      output: { chunkFileNames: isElement ? 'element-[name]-[hash].js' : '[name]-[hash].js' },
    },
  },
});
