import type { Grant } from '../../../src/permissions/roles.ts';
import {
  type AccountState,
  byKey,
  never,
  none,
  type Outcome,
  overlapSeconds,
  revokesTokens,
  rolesOfGrant,
  type Shown,
  type Verdict,
  type Write,
  writeKinds,
} from '../account-model.ts';
import { publicKeyCalled } from '../key-pair.ts';
import type { TestedRealm } from '../laboratory.ts';
import { observeAccount } from '../raw-account.ts';
import type { Replica, ServiceAnswer, ServiceRequest } from '../replica.ts';
import type { Contestant, RacedAccount } from './contestant.ts';

/** Changes accounts through replicas of the service, each write through the next of them that knows such writes. */
export function throughService(laboratory: TestedRealm, replicas: readonly Replica[]): Contestant {
  return {
    title: 'the service',
    entries: replicas.length,
    kinds: writeKinds,
    async create(username, grant) {
      const answer = await replicaFor(replicas, 0).request({
        method: 'POST',
        body: { username, ...bodyOf(grant) },
      });
      if (answer.status !== 201) throw new Error(`not created: ${answer.status} ${answer.text}`);
      return createdAccount(answer);
    },
    async write(account, write, entry) {
      const sentAt = performance.now();
      try {
        return outcomeOf(
          account,
          write,
          await replicaFor(replicas, entry, write).request(requestOf(account.id, write)),
        );
      } catch (error) {
        return { write, verdict: 'unknown', sentAt, answeredAt: performance.now(), answer: String(error) };
      }
    },
    observe: (account) => observeAccount(laboratory.realm, account, true),
  };
}

/** The replica whose turn it is or, where that one does not know the write, the next that does. */
export function replicaFor(replicas: readonly Replica[], entry: number, write?: Write): Replica {
  const turn = entry % replicas.length;
  const inTurn = [...replicas.slice(turn), ...replicas.slice(0, turn)];
  const found = inTurn.find(({ knows }) => write === undefined || knows(write));
  if (found === undefined) throw new Error('no replica');
  return found;
}

/** The account that a 201 tells of. */
export function createdAccount({ body }: ServiceAnswer): RacedAccount {
  const { id, clientId, clientSecret, credentials } = body;
  const { description = '', roles = [], active = false } = shownBy(body);
  const secret = clientSecret ?? byKey(credentials.keys[0].kid);
  const secrets = { secret, previousSecret: none, tokensRevokedBefore: never };
  const state: AccountState = { exists: true, description, roles, active, ...secrets };
  return { id, clientId, secrets: clientSecret === null ? [] : [clientSecret], revocations: [], state };
}

/** The request that asks for a write. */
export function requestOf(id: string, write: Write): ServiceRequest {
  const path = `/${id}`;
  switch (write.kind) {
    case 'edit':
      return { method: 'PATCH', path, body: { description: write.description } };
    case 'mode':
      return { method: 'PATCH', path, body: bodyOf(write.grant) };
    case 'regenerate':
      return { method: 'POST', path: `${path}/regenerate-secret`, ...bodyThatRevokes(write) };
    case 'overlap':
      return {
        method: 'POST',
        path: `${path}/regenerate-secret`,
        body: { overlapSeconds, ...bodyThatRevokes(write).body },
      };
    case 'keys':
      return { method: 'PUT', path: `${path}/keys`, body: { keys: [publicKeyCalled(write.kid)] } };
    case 'end-previous':
      return { method: 'DELETE', path: `${path}/previous-secret` };
    case 'revoke':
      return { method: 'POST', path: `${path}/revoke-tokens` };
    case 'deactivate':
      return { method: 'POST', path: `${path}/deactivate`, ...bodyThatRevokes(write) };
    case 'activate':
      return { method: 'POST', path: `${path}/activate` };
    case 'delete':
      return { method: 'DELETE', path };
    case 'read':
      return { path };
  }
}

const bodyThatRevokes = (write: Write): { body?: object } =>
  revokesTokens(write) ? { body: { revokeTokens: true } } : {};

/** What an answer means; a secret, and the time of a revocation, that it tells are noted with the account. */
export function outcomeOf(account: RacedAccount, write: Write, answer: ServiceAnswer): Outcome {
  const { status, body, sentAt, answeredAt } = answer;
  const secret: string | undefined = body?.clientSecret ?? undefined;
  if (secret !== undefined) account.secrets.push(secret);
  const wasDone = status === 200;
  const revokedBefore: string | undefined =
    wasDone && revokesTokens(write) ? body.tokensRevokedBefore : undefined;
  if (revokedBefore !== undefined) account.revocations.push(revokedBefore);
  return {
    write,
    verdict: verdictOf(status),
    sentAt,
    answeredAt,
    answer: `${status}${body?.code ? ` ${body.code}` : ''}`,
    ...(secret === undefined ? {} : { secret }),
    ...(revokedBefore === undefined ? {} : { revokedBefore }),
    ...(wasDone ? { shown: shownBy(body) } : {}),
  };
}

/** By the contract: 504 alone leaves open whether the write took effect. */
function verdictOf(status: number): Verdict {
  if (status < 300) return 'applied';
  if (status === 404) return 'absent';
  return status === 504 ? 'unknown' : 'refused';
}

interface ShownAccount {
  mode: 'admin' | 'agent' | 'custom';
  permissions: string[];
  description: string | null;
  status: string;
  secretHint: string | null;
  /** Not in answers of a version that knows no keys. */
  credentials?: { keys: { kid: string }[] };
  /** Not in answers of a version that knows no overlap; the next one likewise. */
  previousSecret?: { hint: string } | null;
  tokensRevokedBefore?: string | null;
  /** In answers that tell a secret alone. */
  endedSecretHints?: string[];
}

function shownBy(account: ShownAccount): Shown {
  const { mode, permissions, description, status, secretHint } = account;
  const { previousSecret, tokensRevokedBefore, endedSecretHints, credentials } = account;
  const [key] = credentials?.keys ?? [];
  const grant = { mode, permissions: mode === 'custom' ? permissions : [] };
  return {
    description: description ?? '',
    roles: rolesOfGrant(grant),
    active: status === 'active',
    secretHint: key === undefined ? (secretHint ?? none) : byKey(key.kid),
    ...(previousSecret === undefined ? {} : { previousHint: previousSecret?.hint ?? none }),
    ...(tokensRevokedBefore === undefined ? {} : { tokensRevokedBefore: tokensRevokedBefore ?? never }),
    ...(endedSecretHints === undefined ? {} : { endedHints: endedSecretHints }),
  };
}

const bodyOf = ({ mode, permissions }: Grant) => (mode === 'custom' ? { mode, permissions } : { mode });
