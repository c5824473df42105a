import { describe, expect, it } from 'vitest';
import { createResilience, wasNeverSent } from '../../src/keycloak/calls/resilience.ts';

const refused = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const patience = () => AbortSignal.timeout(5_000);

/** Sends by way of `resilience` and counts the attempts; fails as long as there are errors left. */
async function send(resilience: ReturnType<typeof createResilience>, ...errors: Error[]) {
  const attempts: number[] = [];
  const outcome = await resilience(async (attempt) => {
    attempts.push(attempt);
    const error = errors.shift();
    if (error) throw error;
    return 'answered';
  }, patience()).catch((error: unknown) => error);
  return { outcome, attempts };
}

describe('a call to Keycloak', () => {
  it('is sent again, twice at most, when no connection came about', async () => {
    const resilience = createResilience();
    expect(await send(resilience, refused(), refused())).toEqual({
      outcome: 'answered',
      attempts: [0, 1, 2],
    });
    expect((await send(resilience, refused(), refused(), refused())).attempts).toEqual([0, 1, 2]);
  });

  it.each(['UND_ERR_HEADERS_TIMEOUT', 'ECONNRESET', 'UND_ERR_SOCKET'])(
    'is not sent again when Keycloak may have received it: %s',
    async (code) => {
      const error = Object.assign(new Error(code), { code });
      expect(await send(createResilience(), error)).toEqual({ outcome: error, attempts: [0] });
    },
  );

  it('is not sent at all after a run of calls without an answer', async () => {
    const resilience = createResilience();
    const silent = () => new DOMException('no answer', 'TimeoutError');
    for (let call = 0; call < 8; call += 1) {
      expect((await send(resilience, silent())).attempts).toEqual([0]);
    }
    const { outcome, attempts } = await send(resilience);
    expect(attempts).toEqual([]);
    expect(wasNeverSent(outcome)).toBe(true);
  });

  it('ends a run of failures with any answer', async () => {
    const resilience = createResilience();
    const silent = () => new DOMException('no answer', 'TimeoutError');
    for (let call = 0; call < 20; call += 1) {
      await send(resilience, silent());
      expect((await send(resilience)).outcome).toBe('answered');
    }
  });
});
