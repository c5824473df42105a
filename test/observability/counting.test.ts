import { afterEach, expect, it, vi } from 'vitest';
import { createTelemetry, publishMetrics } from '../../src/observability/telemetry.ts';
import { freePort } from '../support/free-port.ts';

afterEach(() => void vi.useRealTimers());

const minuteMs = 60_000;

/** How often accounts are counted within minutes, if counting takes so long. */
async function countsWithin(minutes: number, tookMs: number): Promise<number> {
  const settings = { metrics: { host: '127.0.0.1', port: await freePort() }, tracesEndpoint: undefined };
  const { metrics } = await createTelemetry(settings, 'http://keycloak.test', [], []);
  if (metrics === undefined) throw new Error('no metrics');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  let counts = 0;
  const count = async () => {
    counts += 1;
    await new Promise((resolve) => setTimeout(resolve, tookMs));
    return { accounts: 1, tenants: 1, mostInOneTenant: 1 };
  };
  const published = await publishMetrics(metrics, settings.metrics, count, () => undefined);
  await vi.advanceTimersByTimeAsync(minutes * minuteMs);
  await published.close();
  await vi.advanceTimersByTimeAsync(minutes * minuteMs);
  vi.useRealTimers();
  return counts;
}

it('accounts are counted every ten minutes, and a count that takes long is rarer, so that it is 2 % of the time', async () => {
  expect(await countsWithin(95, 1_000)).toBe(10);
  expect(await countsWithin(95, minuteMs)).toBe(2);
});
