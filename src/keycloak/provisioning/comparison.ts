import type { KeyObject } from 'node:crypto';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type { Catalogue } from './catalogue.ts';

/** Where a step looks, and what the operator wants to find there. */
export interface Target {
  keycloak: KeycloakAdminClient;
  realm: string;
  catalogue: Catalogue;
  /** By which the service authenticates: its keys, or where it has none its secret, or what it has already. */
  serviceClientKeys?: readonly KeyObject[] | undefined;
  serviceClientSecret: string | undefined;
  frontendRedirectUris: string[] | undefined;
}

export interface Difference {
  kind: 'create' | 'update' | 'remove';
  what: string;
  /** What is wrong, for a person to read; never a secret. */
  detail: string;
  apply: () => Promise<unknown>;
}

/** Something that a person has to decide. While a blocking one stands, the service can't be provisioned. */
export interface Finding {
  message: string;
  blocking: boolean;
}

/** One part of the needed state: reads what is there and says how it differs. It must not change anything itself. */
export interface Step {
  name: string;
  compare: (target: Target, comparison: Comparison) => Promise<void>;
}

/** What one step found out. */
export class Comparison {
  readonly differences: Difference[] = [];
  readonly findings: Finding[] = [];
  unchanged = 0;

  differs(
    kind: Difference['kind'],
    what: string,
    detail: string | string[],
    apply: Difference['apply'],
  ): void {
    this.differences.push({ kind, what, detail: [detail].flat().join('; '), apply });
  }

  /** Notes `what` as unchanged when there are no mismatches, else as something to update. */
  updates(what: string, mismatches: string[], apply: Difference['apply']): void {
    if (mismatches.length === 0) this.unchanged += 1;
    else this.differs('update', what, mismatches, apply);
  }

  finding(message: string, { blocking }: { blocking: boolean }): void {
    this.findings.push({ message, blocking });
  }
}

/** Something that an earlier step makes is not there yet: under `--check` the step can't be compared any further. */
export class NotThereYet extends Error {}

/**
 * Says where `actual` differs from `desired`, one line each. Only what `desired` mentions is compared, so that
 * what others have set beside it stays; lists are compared as sets, as Keycloak keeps no order in them.
 */
export function mismatches(desired: object, actual: object | undefined, path = ''): string[] {
  return Object.entries(desired).flatMap(([key, wanted]) => {
    const found = (actual as Record<string, unknown> | undefined)?.[key];
    const name = path + key;
    if (wanted === undefined) return [];
    if (Array.isArray(wanted)) {
      const { missing, surplus } = setDifference(wanted, Array.isArray(found) ? found : []);
      return [
        ...missing.map((item) => `${name} lacks ${item}`),
        ...surplus.map((item) => `${name} has ${item} too many`),
      ];
    }
    if (typeof wanted === 'object' && wanted !== null) {
      return mismatches(wanted, found as object | undefined, `${name}.`);
    }
    return wanted === found
      ? []
      : [`${name} is ${JSON.stringify(found) ?? 'absent'}, not ${JSON.stringify(wanted)}`];
  });
}

/** What is wanted and not found, and what is found and not wanted. */
export function setDifference<T>(wanted: readonly T[], found: readonly T[]): { missing: T[]; surplus: T[] } {
  return {
    missing: wanted.filter((item) => !found.includes(item)),
    surplus: found.filter((item) => !wanted.includes(item)),
  };
}
