import type ClientPolicyRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientPolicyRepresentation.js';
import type ClientProfileRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientProfileRepresentation.js';
import { type Comparison, creation, type Difference, finding, update } from '../comparison.ts';
import { mismatches, setDifference } from '../mismatches.ts';
import { isProvisioned } from '../ownership.ts';
import {
  accountClientProfile,
  desiredClientPolicies,
  rotationPolicy,
  rotationProfile,
} from '../service-client-policies.ts';
import { MissingPrerequisite, type Step, type Target } from '../step.ts';

const rotationFeature = 'client-secret-rotation';
const rotationExecutor = 'secret-rotation';

/**
 * What the clients that the service makes have to be like. Keycloak keeps all policies of a realm in one document and
 * all profiles in another; those of others go back as they were read.
 */
export const clientPolicies: Step = {
  name: 'client policies',
  async *compare(target) {
    const { keycloak } = target;
    const realm = await keycloak.realms.findOne({ realm: target.realm });
    if (!realm) throw new MissingPrerequisite(`realm ${target.realm}`);

    const canRotate = await knowsRotation(target);
    if (!canRotate) {
      yield finding(
        `Keycloak is older than 26.7, or was started without --features=${rotationFeature}: secrets can neither overlap nor expire until it is started with it and provisioned again; everything else works`,
        { blocking: false },
      );
    }
    const { profiles = [] } = await keycloak.clientPolicies.listProfiles();
    for (const wanted of canRotate ? [accountClientProfile, rotationProfile] : [accountClientProfile]) {
      const stored = profiles.find(({ name }) => name === wanted.name);
      const found = stored && profileMismatches(wanted, stored);
      yield saveIfDifferent(`client profile "${wanted.name}"`, found, () => saveProfile(target, wanted));
    }

    const { policies = [] } = await keycloak.clientPolicies.listPolicies();
    const desired = desiredClientPolicies({ ownsRealm: isProvisioned(realm) });
    for (const policy of canRotate ? [...desired, rotationPolicy] : desired) {
      const found = policies.find(({ name }) => name === policy.name);
      yield saveIfDifferent(`client policy "${policy.name}"`, found && policyMismatches(policy, found), () =>
        savePolicy(target, policy),
      );
    }
  },
};

/** Without mismatches, not even an empty list of them, there is nothing yet. */
function saveIfDifferent(
  what: string,
  mismatches: string[] | undefined,
  save: Difference['apply'],
): Comparison {
  return mismatches === undefined ? creation(what, save) : update(what, mismatches, save);
}

/** Read again just before it is written: another policy of this run may be in it by now. */
async function savePolicy({ keycloak }: Target, policy: ClientPolicyRepresentation): Promise<void> {
  const { policies = [] } = await keycloak.clientPolicies.listPolicies();
  const others = policies.filter(({ name }) => name !== policy.name);
  await keycloak.clientPolicies.updatePolicy({ policies: [...others, policy] });
}

async function saveProfile({ keycloak }: Target, wanted: ClientProfileRepresentation): Promise<void> {
  const { profiles = [] } = await keycloak.clientPolicies.listProfiles();
  const others = profiles.filter(({ name }) => name !== wanted.name);
  await keycloak.clientPolicies.createProfiles({ profiles: [...others, wanted] });
}

/**
 * Whether this Keycloak, as it was started, has the executor as 26.7 has it: without it, it refuses a profile that names
 * it, and up to 26.6 it does not keep the profile.
 */
async function knowsRotation({ keycloak }: Target): Promise<boolean> {
  const { providers, systemInfo } = await keycloak.serverInfo.find();
  const [major = 0, minor = 0] = (systemInfo?.version ?? '').split('.').map(Number);
  const isRecent = major > 26 || (major === 26 && minor >= 7);
  return isRecent && rotationExecutor in (providers?.['client-policy-executor']?.providers ?? {});
}

function profileMismatches(
  wanted: ClientProfileRepresentation,
  found: ClientProfileRepresentation,
): string[] {
  const byName = ({ executors = [] }: ClientProfileRepresentation) =>
    Object.fromEntries(executors.map(({ executor = '', configuration }) => [executor, configuration ?? {}]));
  return differences('executor', byName(wanted), byName(found));
}

function policyMismatches(wanted: ClientPolicyRepresentation, found: ClientPolicyRepresentation): string[] {
  const byName = ({ conditions = [] }: ClientPolicyRepresentation) =>
    Object.fromEntries(
      conditions.map(({ condition = '', configuration }) => [condition, configuration ?? {}]),
    );
  const { enabled, profiles } = wanted;
  return [
    ...mismatches({ enabled, profiles }, found),
    ...differences('condition', byName(wanted), byName(found)),
  ];
}

/** A condition or executor too many can undo the others, and so can an option, such as one that negates. */
function differences(kind: string, wanted: Record<string, object>, found: Record<string, object>): string[] {
  const surplus = setDifference(Object.keys(wanted), Object.keys(found)).surplus;
  const options = Object.entries(found).flatMap(([name, configuration]) =>
    setDifference(Object.keys(wanted[name] ?? configuration), Object.keys(configuration)).surplus.map(
      (option) => `${kind} ${name} has ${option} too many`,
    ),
  );
  return [
    ...mismatches(wanted, found, `${kind} `),
    ...surplus.map((name) => `has ${kind} ${name} too many`),
    ...options,
  ];
}
