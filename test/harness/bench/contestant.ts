/** What is measured. Each works on an account of the tenant `acme` that the contestant itself can change. */
export const operations = [
  'list',
  'get',
  'create',
  'edit',
  'regenerate',
  'deactivate',
  'activate',
  'delete',
] as const;
export type Operation = (typeof operations)[number];

/** The tenant whose accounts are read and changed, and the accounts of a page. */
export const measuredTenant = 'acme';
export const pageSize = 20;

/** The permissions of each account that is made; a Custom one, so that its roles are more than one. */
export const grantedPermissions = ['customers:read', 'conversations:read'] as const;

/** An account as a contestant finds it again. */
export interface Subject {
  readonly id: string;
  readonly username: string;
}

/** A way to carry out the operations. Every method throws unless the operation succeeded. */
export interface Contestant {
  readonly name: string;
  /** @returns the account that it made; `list`, which needs no subject, resolves to nothing */
  run(operation: Operation, subject: Subject): Promise<Subject | undefined>;
}
