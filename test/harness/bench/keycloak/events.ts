import { compareVariants } from './compare.ts';
import { median, timeRequests } from './load.ts';
import { measureTokenRate } from './token-rate.ts';
import type { Workbench } from './workbench.ts';

const settings = [
  { name: 'both (as shipped)', eventsEnabled: true, adminEventsEnabled: true },
  { name: 'events of logins alone', eventsEnabled: true, adminEventsEnabled: false },
  { name: 'admin events alone', eventsEnabled: false, adminEventsEnabled: true },
  { name: 'neither', eventsEnabled: false, adminEventsEnabled: false },
];
/** Changing a realm empties what Keycloak has cached of it. */
const warmUp = 30;

/** Compares which events Keycloak stores. It runs on with those that are shipped. */
export async function compareEvents(workbench: Workbench): Promise<string> {
  const { size, keycloak, ownClient, realm } = workbench;
  await workbench.restart();
  const variants = settings.map(({ name, ...events }) => ({
    name,
    async apply() {
      const { status } = await realm.admin('PUT', '', events);
      if (status !== 204) throw new Error(`the realm's events stay as they are: ${status}`);
      await timeRequests(warmUp, 2, workbench.put);
    },
  }));
  // It takes no restart, so that there can be more rounds.
  const table = await compareVariants(variants, { unmeasured: 2, measured: size.rounds + 2 }, async () => {
    const load = { seconds: size.seconds, concurrency: 8, pid: keycloak.javaPid() };
    const tokens = await measureTokenRate(ownClient, load);
    return {
      'tokens a second': tokens.perSecond,
      'CPU s for 1,000 tokens': tokens.cpuPerThousand,
      'POST, ms': median(await timeRequests(size.requests, 1, workbench.create)),
      'PUT, ms': median(await timeRequests(size.requests, 1, workbench.put)),
    };
  });
  await variants[0]?.apply();
  return table;
}
