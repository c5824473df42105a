import { defineConfig } from 'vitest/config';

/** Docker compose as operators run it; it takes minutes and an engine, and so is no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/compose/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
});
