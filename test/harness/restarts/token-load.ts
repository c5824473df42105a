import { setInterval as ticks } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { RacedAccount } from '../races/contestant.ts';
import { count, noAnswer, type Phase } from './tally.ts';

const everyMs = 50;
/** Integrations give up at some time; longer than HAProxy waits for an answer. */
const patienceMs = 35_000;

/**
 * Has the accounts, in turn, ask for a token with the secret that each knows last, twenty times a second however long
 * answers take, as integrations do that know nothing of each other. Ends with the signal, when all are answered.
 */
export async function askForTokens(
  tokenUrl: string,
  accounts: readonly RacedAccount[],
  phase: () => Phase,
  signal: AbortSignal,
): Promise<void> {
  const agent = new Agent({ connections: 256 });
  const underWay = new Set<Promise<void>>();

  async function ask({ clientId, state }: RacedAccount, { tokens }: Phase): Promise<void> {
    const sentAt = performance.now();
    const answer = await request(tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=${clientId}&client_secret=${state.secret}`,
      dispatcher: agent,
      signal: AbortSignal.timeout(patienceMs),
    })
      .then(async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      })
      .catch(() => noAnswer);
    count(tokens, answer as number | typeof noAnswer, performance.now() - sentAt);
  }

  let turn = 0;
  try {
    for await (const _ of ticks(everyMs, undefined, { signal })) {
      const account = accounts[turn++ % accounts.length];
      if (account === undefined) continue;
      const asking = ask(account, phase()).finally(() => underWay.delete(asking));
      underWay.add(asking);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await Promise.all(underWay);
  await agent.close();
}
