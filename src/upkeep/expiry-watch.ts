import { randomUUID } from 'node:crypto';
import { names } from '../names.ts';
import { credentialsOf } from '../service-accounts/account.ts';
import { type AuditLog, stateOf } from '../service-accounts/audit.ts';
import type { ExpiryWarning, ExpiryWatch } from './expiry-warnings.ts';
import { sweepActor } from './sweep.ts';
import type { WebhookEvent } from './webhook.ts';

/** Counts the warnings. */
interface WarningCounter {
  secretExpiring(days: number): void;
}

/** Announces warnings by webhook, where there is one, and leaves an audit record and a count of each. */
export function expiryWatch(
  auditLog: AuditLog,
  metrics: WarningCounter | undefined,
  send: ((event: WebhookEvent) => Promise<void>) | undefined,
): ExpiryWatch {
  return {
    announce: async (warning) => send?.(eventOf(warning)),
    onWarned({ account, days }, permissions) {
      metrics?.secretExpiring(days);
      const { id, clientId, tenantId, active } = account;
      auditLog({
        action: 'secret-expiring',
        outcome: 'done',
        tenant: tenantId,
        account: { id, clientId },
        actor: { ...sweepActor, clientId: names.serviceClient },
        before: null,
        after: stateOf({
          ...account,
          credentials: credentialsOf(account),
          permissions: [...permissions],
          status: active ? 'active' : 'inactive',
        }),
        from: 'sweep',
        requestId: randomUUID(),
      });
    },
  };
}

function eventOf({ account, days }: ExpiryWarning): WebhookEvent {
  const { id, clientId, tenantId, username, secretExpiresAt, secretCreatedAt } = account;
  return {
    id: `expiring_${id}_${Date.parse(secretCreatedAt)}_${days}`,
    type: 'service_account.secret_expiring',
    data: { tenantId, id, clientId, username, secretExpiresAt, days },
  };
}
