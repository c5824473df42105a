import { measuredTenant } from '../contestant.ts';
import { compareVariants } from './compare.ts';
import { residentMb } from './java-process.ts';
import { quantile, timeRequests } from './load.ts';
import { measureTokenRate } from './token-rate.ts';
import { shippedHeap, type Workbench } from './workbench.ts';

const parallel = '-XX:-UseG1GC -XX:+UseParallelGC';
const settings = [
  { name: `G1, ${shippedHeap} (as shipped)`, heap: shippedHeap, more: '' },
  { name: 'G1, -Xms64m -Xmx512m (outside a container)', heap: '-Xms64m -Xmx512m', more: '' },
  { name: `ParallelGC, ${shippedHeap}`, heap: shippedHeap, more: parallel },
  { name: 'ParallelGC, -Xms64m -Xmx512m', heap: '-Xms64m -Xmx512m', more: parallel },
];

/** Compares limits of Java's heap, and its collectors. */
export function compareHeaps(workbench: Workbench): Promise<string> {
  const { size, keycloak, ownClient } = workbench;
  const variants = settings.map(({ name, heap, more }) => ({
    name,
    apply: () => workbench.restart({ JAVA_OPTS_KC_HEAP: heap, ...(more && { JAVA_OPTS_APPEND: more }) }),
  }));
  return compareVariants(variants, { measured: size.rounds }, async () => {
    const pid = keycloak.javaPid();
    const tokens = await measureTokenRate(ownClient, { seconds: size.seconds, concurrency: 8, pid });
    const lists = await timeRequests(size.requests, 1, () => workbench.list(measuredTenant));
    return {
      'tokens a second': tokens.perSecond,
      'CPU s for 1,000 tokens': tokens.cpuPerThousand,
      'hot list p50, ms': quantile(lists, 0.5),
      'p95, ms': quantile(lists, 0.95),
      'resident, MB': residentMb(pid),
    };
  });
}
