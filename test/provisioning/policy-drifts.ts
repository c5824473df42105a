import type { Drift } from './drifts.ts';
import type { TestRealm } from './test-realm.ts';

interface Document {
  profiles: { name: string; executors: { executor: string; configuration: Record<string, unknown> }[] }[];
  policies: {
    name: string;
    enabled: boolean;
    profiles: string[];
    conditions: { condition: string; configuration: Record<string, unknown> }[];
  }[];
}

/** Rewrites the realm's client policies or profiles as an administrator could. */
async function rewrite<Kind extends keyof Document>(
  { admin }: TestRealm,
  kind: Kind,
  change: (items: Document[Kind]) => unknown,
) {
  const { body } = await admin('GET', `/client-policies/${kind}`);
  change(body[kind]);
  const { status, body: answer } = await admin('PUT', `/client-policies/${kind}`, { [kind]: body[kind] });
  if (status >= 400) throw new Error(`the drift could not be made: ${JSON.stringify(answer)}`);
}

const madeByService = 'orki what the service makes';

export const policyDrifts: Drift[] = [
  {
    name: 'a client policy switched off',
    make: (realm) =>
      rewrite(realm, 'policies', (policies) => {
        for (const policy of policies) policy.enabled = false;
      }),
    found: /client policy "orki what the service makes": enabled is false, not true/,
  },
  {
    name: 'a client policy turned round',
    make: (realm) =>
      rewrite(realm, 'policies', ([policy]) => {
        if (policy?.conditions[0]) policy.conditions[0].configuration['is-negative-logic'] = true;
      }),
    found: /client policy "orki [^"]+": condition \S+ has is-negative-logic too many/,
  },
  {
    name: 'a client policy narrowed by another condition',
    make: (realm) =>
      rewrite(realm, 'policies', (policies) =>
        policies
          .find(({ name }) => name === madeByService)
          ?.conditions.push({
            condition: 'client-access-type',
            configuration: { type: ['public'] },
          }),
      ),
    found: /client policy "orki what the service makes": has condition client-access-type too many/,
  },
  {
    name: 'a client policy deleted',
    make: (realm) => rewrite(realm, 'policies', (policies) => policies.shift()),
    found: /client policy "orki [^"]+": missing/,
  },
  {
    name: 'a shorter life of secrets in their client profile',
    make: (realm) =>
      rewrite(realm, 'profiles', (profiles) => {
        const [executor] = profiles.find(({ name }) => name === 'orki secrets')?.executors ?? [];
        if (executor) executor.configuration['rotated-expiration-period'] = 60;
      }),
    found: /client profile "orki secrets": executor secret-rotation\.rotated-expiration-period is 60, not 0/,
  },
  {
    name: 'an executor taken out of the client profile',
    make: (realm) =>
      rewrite(realm, 'profiles', (profiles) =>
        profiles.find(({ name }) => name === 'orki service accounts')?.executors.shift(),
      ),
    found: /client profile "orki service accounts": executor full-scope-disabled/,
  },
  {
    name: 'addresses allowed by the client profile',
    make: (realm) =>
      rewrite(realm, 'profiles', (profiles) => {
        const profile = profiles.find(({ name }) => name === 'orki service accounts');
        const executor = profile?.executors.find(({ executor: name }) => name.endsWith('uris-pattern'));
        if (executor) executor.configuration['allowed-patterns'] = ['.*'];
      }),
    found: /executor secure-client-uris-pattern\.allowed-patterns lacks \^\$/,
  },
];
