import { compareVariants } from './compare.ts';
import { measureTokenRate } from './token-rate.ts';
import type { Workbench } from './workbench.ts';

const leastTurns = 5;

/**
 * Compares the tokens of an account that the service made with those of a plain client in a stock realm, and with those of
 * accounts that Keycloak has not in its caches.
 */
export async function compareWithStock(workbench: Workbench): Promise<string> {
  const { size, keycloak, ownClient, stockClient, others } = workbench;
  await workbench.restart();
  const load = { seconds: size.seconds, concurrency: 8, pid: keycloak.javaPid() };
  let clients: Parameters<typeof measureTokenRate>[0] = stockClient;
  const variants = [
    { name: 'a plain client in a stock realm', of: stockClient },
    { name: 'an account in the realm as provisioned', of: ownClient },
    { name: 'each of another account, more than the caches hold', of: others },
  ].map(({ name, of }) => ({
    name,
    apply: async () => {
      clients = of;
      await measureTokenRate(clients, { ...load, seconds: 1 });
    },
  }));
  return compareVariants(
    variants,
    { unmeasured: 2, measured: Math.max(leastTurns, size.rounds) },
    async () => {
      const { perSecond, cpuPerThousand, length } = await measureTokenRate(clients, load);
      return {
        'tokens a second': perSecond,
        'CPU s for 1,000 tokens': cpuPerThousand,
        'characters of a token': length,
      };
    },
  );
}
