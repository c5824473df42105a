import { defineConfig } from 'vitest/config';

/** The settings page: its components, and, in a browser, the whole of it over the service and a real Keycloak. */
export default defineConfig({
  test: {
    projects: [
      './web/vitest.config.ts',
      {
        test: {
          name: 'browser',
          include: ['test/web/**/*.test.ts'],
          globalSetup: ['test/web/support/built-page.ts', 'test/live/keycloak-under-test.ts'],
          // Two browsers and one Keycloak are what two cores can carry.
          maxWorkers: 2,
          // After the components, which take every core.
          sequence: { groupOrder: 1 },
          isolate: false,
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
