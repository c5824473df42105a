import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceError } from '../errors.ts';
import { names } from '../names.ts';
import { type Account, stampOf, updated, viewOf } from '../service-accounts/account.ts';
import type { Actor } from '../service-accounts/actor.ts';
import { type AuditLog, stateOf } from '../service-accounts/audit.ts';
import type { Gateway } from '../service-accounts/gateway.ts';
import { revokeAlong } from '../service-accounts/revocation.ts';
import { isWellFormedSecret, secretDigest } from '../service-accounts/secret.ts';
import { withAccountLock } from '../service-accounts/under-lock.ts';
import type { WebhookEvent } from '../upkeep/webhook.ts';

/** What becomes of an account whose secret leaked. */
export type LeakAction = 'report' | 'deactivate';

/** Who acts on a report, for the account and the audit log. */
const leakActor: Actor = { subject: names.serviceClient, username: `${names.serviceClient} (leaked secret)` };

export interface LeakDependencies {
  readonly action: LeakAction;
  /** The accounts of all tenants. */
  readonly accounts: () => AsyncIterable<Account>;
  /** A gateway for one account, with a deadline of its own. */
  readonly connect: () => Gateway;
  readonly auditLog: AuditLog;
  /** Tells whoever wants to be told; undefined for nobody. */
  readonly send: ((event: WebhookEvent) => Promise<void>) | undefined;
  /** Told of what could not be done, without a secret. */
  readonly onFailure: (error: unknown) => void;
}

/** A match as a scanner reports it. */
export interface ReportedSecret {
  readonly token: string;
  /** Where it was found; empty when the scanner does not say. */
  readonly url: string;
}

const attempts = 6;
const firstPauseMs = 1_000;

/**
 * Does what the operator wants done with accounts whose secret, or whose previous secret during an overlap, is among those
 * that were reported. Looks at every account whatever was reported, and tries again for about half a minute while Keycloak
 * fails. Never throws: nobody waits for it.
 */
export async function handleReport(
  dependencies: LeakDependencies,
  reported: readonly ReportedSecret[],
): Promise<void> {
  const urls = new Map(
    reported
      .filter(({ token }) => isWellFormedSecret(token))
      .map(({ token, url }) => [secretDigest(token), url]),
  );
  const done = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      await lookThrough(dependencies, urls, done);
      return;
    } catch (error) {
      dependencies.onFailure(error);
      if (attempt === attempts) return;
      await pause(firstPauseMs * 2 ** (attempt - 1));
    }
  }
}

async function lookThrough(
  dependencies: LeakDependencies,
  urls: ReadonlyMap<string, string>,
  done: Set<string>,
): Promise<void> {
  for await (const account of dependencies.accounts()) {
    const digest = leakedOf(account, urls);
    if (digest === undefined || done.has(account.id)) continue;
    await act(dependencies, account, urls.get(digest) ?? '');
    done.add(account.id);
  }
}

/** The digest of the account's secret, or its previous one, that was reported. */
function leakedOf(account: Account, urls: ReadonlyMap<string, string>): string | undefined {
  const { secretSha256, previousSecret, previousSecretSha256 } = account;
  const valid = [secretSha256, previousSecret === null ? null : previousSecretSha256];
  return valid.find((digest) => digest !== null && urls.has(digest)) ?? undefined;
}

async function act(dependencies: LeakDependencies, seen: Account, url: string): Promise<void> {
  const { action, connect, auditLog, send } = dependencies;
  const gateway = connect();
  const catalogue = await gateway.catalogue();
  const before = viewOf(seen, catalogue);
  const after = action === 'deactivate' ? await deactivated(gateway, seen) : seen;
  if (after === undefined) return;
  const { id, clientId, tenantId, username, secretCreatedAt } = after;
  auditLog({
    action: 'secret-leaked',
    outcome: 'done',
    tenant: tenantId,
    account: { id, clientId },
    actor: { ...leakActor, clientId: names.serviceClient },
    before: stateOf(before),
    after: stateOf(viewOf(after, catalogue)),
    from: 'leak report',
    requestId: randomUUID(),
  });
  await send?.({
    id: `leaked_${id}_${Date.parse(secretCreatedAt)}`,
    type: 'service_account.secret_leaked',
    data: { tenantId, id, clientId, username, url, deactivated: action === 'deactivate' },
  }).catch(dependencies.onFailure);
}

/**
 * Deactivates an account and revokes its tokens, unless its secrets have been replaced since it was seen.
 * @returns the account as it is then, or undefined when there is nothing to deactivate any more
 */
async function deactivated(gateway: Gateway, seen: Account): Promise<Account | undefined> {
  const { id, tenantId } = seen;
  return withAccountLock(gateway, tenantId, id, async () => {
    const account = await gateway.findAccount(id);
    const isReplaced =
      account?.secretSha256 !== seen.secretSha256 ||
      account.previousSecretSha256 !== seen.previousSecretSha256;
    if (account === undefined || isReplaced) return undefined;
    if (!account.active) return account;
    const stamp = stampOf(leakActor, account, 'deactivate', ['tokensRevokedBefore']);
    const { issuedBefore: tokensRevokedBefore } = await revokeAlong(gateway, account, (issuedBefore) =>
      gateway.setStatus(id, { active: false, tokensRevokedBefore: issuedBefore }, stamp),
    );
    return updated(account, { active: false, tokensRevokedBefore }, stamp);
  }).catch((error) => {
    if (error instanceof ServiceError && error.code === 'service-account-not-found') return undefined;
    throw error;
  });
}
