import { compareVariants } from './compare.ts';
import { median, timeRequests } from './load.ts';
import { measureTokenRate } from './token-rate.ts';
import type { Workbench } from './workbench.ts';

/** An empty list stands for all that Keycloak stores by default, CLIENT_LOGIN among them. */
const everyToken = { enabledEventTypes: [] };
const settings = [
  { name: 'all but CLIENT_LOGIN, and admin events (as shipped)', adminEventsEnabled: true },
  { name: 'a row for each token as well', adminEventsEnabled: true, ...everyToken },
  { name: 'no admin events', adminEventsEnabled: false },
  { name: 'none', adminEventsEnabled: false, eventsEnabled: false },
];
/** Changing a realm empties what Keycloak has cached of it. */
const warmUp = 30;

/** Compares which events Keycloak stores. It runs on with those that are shipped. */
export async function compareEvents(workbench: Workbench): Promise<string> {
  const { size, keycloak, ownClient, realm } = workbench;
  await workbench.restart();
  const { eventsEnabled, enabledEventTypes } = (await realm.admin('GET', '')).body;
  const shipped = { eventsEnabled, enabledEventTypes };
  const variants = settings.map(({ name, ...events }) => ({
    name,
    async apply() {
      const { status } = await realm.admin('PUT', '', { ...shipped, ...events });
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
