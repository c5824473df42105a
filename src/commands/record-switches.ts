import { randomUUID } from 'node:crypto';
import type { Catalogue } from '../permissions/catalogue.ts';
import { type Account, viewOf } from '../service-accounts/account.ts';
import type { Actor } from '../service-accounts/actor.ts';
import { type AuditLog, stateOf } from '../service-accounts/audit.ts';
import type { SwitchAction } from '../tenants/switch-tenant.ts';

interface Switching {
  readonly tenantId: string;
  readonly actor: Actor & { readonly clientId: string };
  readonly catalogue: Catalogue;
}

const changes = {
  activate: { before: 'inactive', after: 'active' },
  deactivate: { before: 'active', after: 'inactive' },
  'leave-inactive': { before: 'inactive', after: 'inactive' },
} as const satisfies Record<SwitchAction, object>;

/** Writes an audit record for each account that is switched, like the one that its administrator's own action leaves. */
export function recordSwitches(log: AuditLog, { tenantId, actor, catalogue }: Switching) {
  const requestId = randomUUID();
  return (account: Account, action: SwitchAction): void => {
    const view = viewOf(account, catalogue);
    const { id, clientId } = view;
    const { before, after } = changes[action];
    log({
      action,
      outcome: 'done',
      tenant: tenantId,
      account: { id, clientId },
      actor: { subject: actor.subject, username: actor.username, clientId: actor.clientId },
      before: stateOf({ ...view, status: before }),
      after: stateOf({ ...view, status: after }),
      from: 'npm run tenant',
      requestId,
    });
  };
}
