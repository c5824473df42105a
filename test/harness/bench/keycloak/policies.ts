import {
  desiredClientPolicies,
  rotationPolicy,
} from '../../../../src/keycloak/provisioning/service-client-policies.ts';
import { compareVariants } from './compare.ts';
import { median, timeRequests } from './load.ts';
import { measureTokenRate } from './token-rate.ts';
import type { Workbench } from './workbench.ts';

const others = desiredClientPolicies({ ownsRealm: true }).map(({ name = '' }) => name);
const settings = [
  { name: 'all (as shipped)', off: [] },
  { name: 'without that of two secrets', off: [rotationPolicy.name ?? ''] },
  { name: 'none', off: [...others, rotationPolicy.name ?? ''] },
];
const warmUp = 30;

/** Compares what client policies cost: the one by which an account can have two secrets, and those that say what an account is. */
export async function comparePolicies(workbench: Workbench): Promise<string> {
  const { size, keycloak, ownClient, realm } = workbench;
  await workbench.restart();
  const { policies = [] } = await realm.target.keycloak.clientPolicies.listPolicies({ realm: realm.name });
  const variants = settings.map(({ name, off }) => ({
    name,
    async apply() {
      const wanted = policies.map((policy) => ({
        ...policy,
        enabled: policy.enabled === true && !off.includes(policy.name ?? ''),
      }));
      await realm.target.keycloak.clientPolicies.updatePolicy({ realm: realm.name, policies: wanted });
      await timeRequests(warmUp, 2, workbench.put);
    },
  }));
  const rounds = { unmeasured: 1, measured: size.rounds + 2 };
  const table = await compareVariants(variants, rounds, async () => {
    const load = { seconds: size.seconds, concurrency: 8, pid: keycloak.javaPid() };
    const { perSecond } = await measureTokenRate(ownClient, load);
    return {
      'tokens a second': perSecond,
      'POST, ms': median(await timeRequests(size.requests, 1, workbench.create)),
      'PUT, ms': median(await timeRequests(size.requests, 1, workbench.put)),
    };
  });
  await variants[0]?.apply();
  return table;
}
