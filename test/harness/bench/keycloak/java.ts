import { installedJavas } from '../../../../dev/keycloak/java.ts';
import { compareVariants } from './compare.ts';
import { median, timeRequests } from './load.ts';
import { measureTokenRate } from './token-rate.ts';
import type { Workbench } from './workbench.ts';

/** Compares the versions of Java that are installed, the oldest first: a newer one signs quicker. */
export function compareJavas(workbench: Workbench): Promise<string> {
  const { size, keycloak, ownClient, stockClient } = workbench;
  const byMajor = new Map(installedJavas().map(({ major, home }) => [major, home]));
  const variants = [...byMajor]
    .sort(([one], [other]) => one - other)
    .map(([major, home]) => ({
      name: `Java ${major}`,
      apply: async () => {
        await workbench.restart({ JAVA_HOME: home });
        const warmUp = { seconds: 4 * size.seconds, concurrency: 8, pid: keycloak.javaPid() };
        for (const client of [ownClient, stockClient]) await measureTokenRate(client, warmUp);
      },
    }));
  return compareVariants(variants, { measured: size.rounds }, async () => {
    const load = { seconds: size.seconds, concurrency: 8, pid: keycloak.javaPid() };
    const own = await measureTokenRate(ownClient, load);
    const stock = await measureTokenRate(stockClient, load);
    return {
      'tokens a second': own.perSecond,
      'CPU s for 1,000 tokens': own.cpuPerThousand,
      'of a stock realm': stock.perSecond,
      'CPU s for 1,000 of those': stock.cpuPerThousand,
      'PUT, ms': median(await timeRequests(size.requests, 1, workbench.put)),
    };
  });
}
