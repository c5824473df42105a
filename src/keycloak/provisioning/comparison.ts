/** What comparing one part of the realm with the needed state came to. */
export type Comparison = Difference | Finding | typeof unchanged;

/** What provisioning has to change, and the change itself. */
export interface Difference {
  readonly outcome: 'difference';
  readonly kind: 'create' | 'update' | 'remove';
  /** The part of the realm, for a person to read. */
  readonly what: string;
  /** What is wrong with it, for a person to read; never a secret. Empty for what is missing. */
  readonly detail: string;
  readonly apply: () => Promise<unknown>;
}

/** Something that a person has to decide. While a blocking one stands, provisioning changes nothing. */
export interface Finding {
  readonly outcome: 'finding';
  readonly message: string;
  readonly blocking: boolean;
}

/** The part is as it has to be. */
export const unchanged = { outcome: 'unchanged' } as const;

/** The part is missing. */
export function creation(what: string, apply: Difference['apply']): Difference {
  return { outcome: 'difference', kind: 'create', what, detail: '', apply };
}

/** The part must not be there. */
export function removal(what: string, reason: string, apply: Difference['apply']): Difference {
  return { outcome: 'difference', kind: 'remove', what, detail: reason, apply };
}

/** The part has to be updated when there are mismatches, and is unchanged when there are none. */
export function update(what: string, mismatches: string[], apply: Difference['apply']): Comparison {
  if (mismatches.length === 0) return unchanged;
  return { outcome: 'difference', kind: 'update', what, detail: mismatches.join('; '), apply };
}

export function finding(message: string, { blocking }: { blocking: boolean }): Finding {
  return { outcome: 'finding', message, blocking };
}
