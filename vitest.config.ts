import { defineConfig } from 'vitest/config';
import { findOnPath } from './dev/keycloak/java.ts';
import { findChromium } from './test/support/browser.ts';

// Where there is none, people need not have one; CI does.
const withoutBrowser = findChromium() === undefined && process.env.CI === undefined;
const withoutNginx = findOnPath('nginx') === undefined && process.env.CI === undefined;
const withoutHaproxy = findOnPath('haproxy') === undefined && process.env.CI === undefined;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/live/**',
            'test/compose/**',
            'test/web/**',
            ...(withoutHaproxy ? ['test/haproxy.test.ts'] : []),
          ],
          // Loading the service anew for each of some fifty files took more than half of the time.
          isolate: false,
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          exclude: [
            ...(withoutBrowser ? ['test/live/browser/**'] : []),
            ...(withoutNginx ? ['test/live/reverse-proxy.test.ts'] : []),
          ],
          globalSetup: ['test/live/keycloak-under-test.ts'],
          // Files of one worker share what takes Keycloak seconds to make, such as the realm that is attacked.
          isolate: false,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
