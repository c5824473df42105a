import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compiledMessages } from './messages-plugin.ts';
import { client } from './vite.config.ts';

/** What a browser would take longer for; test/web has the page in a real one. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [compiledMessages(), react()],
  resolve: { alias: [client], dedupe: ['openapi-fetch'] },
  test: {
    name: 'components',
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
    environment: 'jsdom',
    restoreMocks: true,
    // Making a document anew for each file took most of the time.
    isolate: false,
  },
});
