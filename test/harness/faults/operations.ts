import type { Grant } from '../../../src/permissions/roles.ts';
import { type AccountState, byKey, none, overlapSeconds, rolesOfGrant } from '../account-model.ts';
import { publicKeyCalled } from '../key-pair.ts';
import type { RacedAccount } from '../races/contestant.ts';
import type { ServiceRequest } from '../replica.ts';

/** An operation as the matrix breaks it. */
export interface Operation {
  readonly name: string;
  /** The grant of the account that it is done to; none for an operation that makes one. */
  readonly on: Grant | undefined;
  readonly startsInactive?: boolean;
  /** The secret was rotated before, with an overlap. */
  readonly startsInOverlap?: boolean;
  /** It has a key in place of a secret. */
  readonly startsWithKey?: boolean;
  /** The same request whenever it is asked for, so that it can be repeated. */
  readonly request: (cell: CellNames, account: RacedAccount | undefined) => ServiceRequest;
  /** What it makes of the account; the secrets and the time of a revocation apart. */
  readonly result: Partial<AccountState>;
  /** Its username afterwards, where it changes that. */
  readonly renamesTo?: (cell: CellNames) => string;
  readonly setsSecret?: boolean;
  /** The secret that it replaces works on beside the new one. */
  readonly keepsSecret?: boolean;
  readonly revokes?: boolean;
  readonly changesNothing?: boolean;
}

/** What tells the cells of a run from each other. */
export interface CellNames {
  readonly username: string;
  readonly key: string;
}

const admin: Grant = { mode: 'admin', permissions: [] };
const agent: Grant = { mode: 'agent', permissions: [] };
const custom: Grant = { mode: 'custom', permissions: ['ai:use', 'webhooks:read'] };
const kid = 'fault';
const keys = [publicKeyCalled(kid)];
const idOf = (account: RacedAccount | undefined): string => `/${account?.id}`;
const creation = ({ username }: CellNames): ServiceRequest => ({
  method: 'POST',
  body: { username, ...custom },
});
const made = { exists: true, active: true, roles: rolesOfGrant(custom) };
const withKey = (request: ServiceRequest, { key }: CellNames): ServiceRequest => ({
  ...request,
  headers: { 'idempotency-key': key },
});
const regeneration = (account: RacedAccount | undefined, body?: object): ServiceRequest => ({
  method: 'POST',
  path: `${idOf(account)}/regenerate-secret`,
  ...(body === undefined ? {} : { body }),
});
const rotation = (account: RacedAccount | undefined) => regeneration(account, { overlapSeconds });
const patch =
  (body: object): Operation['request'] =>
  (_, account) => ({ method: 'PATCH', path: idOf(account), body });
const post =
  (action: string): Operation['request'] =>
  (_, account) => ({ method: 'POST', path: `${idOf(account)}/${action}` });

/** Every operation of the service that has calls to break. */
export const operations: readonly Operation[] = [
  { name: 'create', on: undefined, request: creation, result: made, setsSecret: true },
  {
    name: 'create, key',
    on: undefined,
    request: (cell) => withKey(creation(cell), cell),
    result: made,
    setsSecret: true,
  },
  {
    name: 'create with a key, key',
    on: undefined,
    request: (cell) => {
      const { body, ...request } = creation(cell);
      return withKey(
        { ...request, body: { ...(body as object), credentials: { type: 'jwks', keys } } },
        cell,
      );
    },
    result: { ...made, secret: byKey(kid) },
  },
  { name: 'list', on: agent, request: () => ({ path: '?limit=5' }), result: {}, changesNothing: true },
  {
    name: 'get',
    on: agent,
    request: (_, account) => ({ path: idOf(account) }),
    result: {},
    changesNothing: true,
  },
  {
    name: 'edit',
    on: agent,
    startsInOverlap: true,
    request: patch({ description: 'new' }),
    result: { description: 'new' },
  },
  {
    name: 'agent to admin',
    on: agent,
    startsInOverlap: true,
    request: patch({ mode: 'admin' }),
    result: { roles: rolesOfGrant(admin) },
  },
  {
    name: 'admin to custom',
    on: admin,
    request: patch({ ...custom }),
    result: { roles: rolesOfGrant(custom) },
  },
  {
    name: 'rename',
    on: agent,
    startsInOverlap: true,
    request: ({ username }, account) => ({
      method: 'PATCH',
      path: idOf(account),
      body: { username: `${username} renamed` },
    }),
    renamesTo: ({ username }) => `${username} renamed`,
    result: {},
  },
  {
    name: 'regenerate',
    on: agent,
    request: (_, account) => regeneration(account),
    result: {},
    setsSecret: true,
  },
  {
    name: 'regenerate, key',
    on: agent,
    startsInOverlap: true,
    request: (cell, account) => withKey(regeneration(account), cell),
    result: {},
    setsSecret: true,
  },
  {
    name: 'overlap',
    on: agent,
    request: (_, account) => rotation(account),
    result: {},
    setsSecret: true,
    keepsSecret: true,
  },
  {
    name: 'overlap, key',
    on: agent,
    startsInOverlap: true,
    request: (cell, account) => withKey(rotation(account), cell),
    result: {},
    setsSecret: true,
    keepsSecret: true,
  },
  {
    name: 'keys',
    on: agent,
    startsInOverlap: true,
    request: (_, account) => ({ method: 'PUT', path: `${idOf(account)}/keys`, body: { keys } }),
    result: { secret: byKey(kid), previousSecret: none },
  },
  {
    name: 'keys to secret, key',
    on: agent,
    startsWithKey: true,
    request: (cell, account) => withKey(regeneration(account), cell),
    result: {},
    setsSecret: true,
  },
  {
    name: 'end previous',
    on: agent,
    startsInOverlap: true,
    request: (_, account) => ({ method: 'DELETE', path: `${idOf(account)}/previous-secret` }),
    result: { previousSecret: none },
  },
  {
    name: 'activate',
    on: agent,
    startsInactive: true,
    startsInOverlap: true,
    request: post('activate'),
    result: { active: true },
  },
  {
    name: 'deactivate',
    on: agent,
    startsInOverlap: true,
    request: post('deactivate'),
    result: { active: false },
  },
  {
    name: 'revoke tokens',
    on: agent,
    startsInOverlap: true,
    request: post('revoke-tokens'),
    result: {},
    revokes: true,
  },
  {
    name: 'regenerate, revoke',
    on: agent,
    request: (_, account) => regeneration(account, { revokeTokens: true }),
    result: {},
    setsSecret: true,
    revokes: true,
  },
  {
    name: 'delete',
    on: agent,
    request: (_, account) => ({ method: 'DELETE', path: idOf(account) }),
    result: { exists: false },
  },
];

export const hasKey = (operation: Operation): boolean => operation.name.endsWith(', key');
