import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { connectKeycloak } from '../keycloak/connect.ts';
import type { Account, Actor } from '../service-accounts/account.ts';
import { type AuditLog, createAuditLog, stateOf } from '../service-accounts/audit.ts';
import { tenantIdPattern } from '../tenant-id.ts';
import {
  type SwitchAction,
  switchTenantOff,
  switchTenantOn,
  switchTenantOnWithoutAccounts,
} from '../tenants/switch-tenant.ts';
import { lockLeaseMs, operatorCallTimeoutMs, sendingMsOf, tenantSettleMs } from '../time-limits.ts';

const usage = `Switches all service accounts of a tenant off, when it leaves or is breached, and on again.

  npm run tenant -- deactivate acme   no account of acme obtains a token, no caller of acme changes one
  npm run tenant -- activate acme     those that were active before are so again

  npm run tenant -- activate acme --keep-inactive
                                      callers of acme may change its accounts again; each of these stays inactive
                                      until one of them activates it, such as with a new secret after a breach

  --by NAME                           who does it, for the audit log; by default the user of this machine

It takes the settings of the service: KEYCLOAK_URL, KEYCLOAK_CLIENT_KEY_FILE and so on. It can be run again at any
time, and goes on where it was interrupted. Exit code 0: done; 2: not, or not to the end.`;

interface Order {
  readonly action: 'activate' | 'deactivate';
  readonly tenantId: string;
  readonly by: string;
  readonly keepInactive: boolean;
}

/** In a container the user may have no name. */
function whoRunsThis(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}

function readOrder(): Order | undefined {
  const { values, positionals } = parseArgs({
    options: {
      by: { type: 'string', default: whoRunsThis() },
      'keep-inactive': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [action, tenantId, ...more] = positionals;
  if ((action !== 'activate' && action !== 'deactivate') || tenantId === undefined || more.length > 0) return;
  const keepInactive = values['keep-inactive'];
  if (!tenantIdPattern.test(tenantId) || (keepInactive && action === 'deactivate')) return;
  return { action, tenantId, by: values.by, keepInactive };
}

async function carryOut(order: Order, config: Config): Promise<void> {
  const { action, tenantId, by, keepInactive } = order;
  const keycloak = connectKeycloak(
    { ...config.keycloak, callTimeoutMs: operatorCallTimeoutMs },
    () => undefined,
  );
  const actor = { subject: 'operator', username: by };
  const record = recorder(createAuditLog(config.auditFile), order, actor, config);
  const settings = {
    tenantId,
    by: actor,
    connect: () => keycloak.connectGateway({ signal: AbortSignal.timeout(sendingMsOf(lockLeaseMs)) }),
    settle: () => wait(tenantSettleMs),
    onSwitched(account: Account, action: SwitchAction) {
      record(account, action);
      const { word } = actions[action];
      console.log(`${word}  ${account.clientId}  ${account.username}`);
    },
  };
  try {
    if (keepInactive) {
      const result = await switchTenantOnWithoutAccounts(settings);
      console.log(
        result === undefined
          ? `${tenantId} is not off; nothing was changed.`
          : `${tenantId} is on: ${result.switched} accounts that were active stay inactive until somebody activates them.`,
      );
      return;
    }
    if (action === 'deactivate') {
      console.log(
        `${tenantId} is being switched off; a second look follows ${tenantSettleMs / 1000} s after the first.`,
      );
    }
    const work = action === 'activate' ? switchTenantOn : switchTenantOff;
    const { switched, untouched } = await work(settings);
    console.log(
      `${tenantId} is ${action === 'activate' ? 'on' : 'off'}: ${switched} accounts switched, ${untouched} left as they were.`,
    );
  } finally {
    await keycloak.close();
  }
}

/** How it is printed and audited that an account was switched. */
const actions = {
  activate: { word: 'on       ', before: 'inactive', after: 'active' },
  deactivate: { word: 'off      ', before: 'active', after: 'inactive' },
  'leave-inactive': { word: 'stays off', before: 'inactive', after: 'inactive' },
} as const satisfies Record<SwitchAction, object>;

/** One audit record for each account, like the one that its administrator's own action would leave. */
function recorder(log: AuditLog, { tenantId }: Order, actor: Actor, { keycloak }: Config) {
  const requestId = randomUUID();
  return (account: Account, action: SwitchAction) => {
    const { id, clientId } = account;
    const stateAs = (status: 'active' | 'inactive') =>
      stateOf({ ...account, permissions: [...account.permissions], status });
    const { before, after } = actions[action];
    log({
      action,
      outcome: 'done',
      tenant: tenantId,
      account: { id, clientId },
      actor: { ...actor, clientId: keycloak.clientId },
      before: stateAs(before),
      after: stateAs(after),
      from: 'npm run tenant',
      requestId,
    });
  };
}

async function main(): Promise<number> {
  try {
    const order = readOrder();
    if (order === undefined) {
      console.error(usage);
      return 2;
    }
    await carryOut(order, loadConfig(process.env));
    return 0;
  } catch (error) {
    console.error(explain(error));
    return 2;
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `\n${error.cause.message}` : '';
  const advice =
    error instanceof ServiceError ? '\nWhat is done by now stays. Run it again: it goes on from here.' : '';
  return `${error.message}${cause}${advice}`;
}

process.exitCode = await main();
