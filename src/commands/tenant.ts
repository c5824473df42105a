import { userInfo } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type Config, loadConfig } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { connectKeycloak } from '../keycloak/connect.ts';
import { nearest } from '../nearest.mjs';
import type { Account } from '../service-accounts/account.ts';
import { createAuditLog } from '../service-accounts/audit.ts';
import type { Gateway } from '../service-accounts/gateway.ts';
import { tenantIdPattern } from '../tenant-id.ts';
import {
  type SwitchAction,
  type SwitchDependencies,
  switchTenantOff,
  switchTenantOn,
  switchTenantOnWithoutAccounts,
} from '../tenants/switch-tenant.ts';
import { lockLeaseMs, operatorCallTimeoutMs, sendingMsOf, tenantSettleMs } from '../time-limits.ts';
import { progressLine } from './progress-line.ts';
import { readArguments, refuseArguments } from './read-arguments.ts';
import { recordSwitches } from './record-switches.ts';

const usage = `Switches all service accounts of a tenant off, when it leaves or is breached, and on again.

  npm run tenant -- deactivate acme   no account of acme can obtain a token, and nobody of acme can change one
  npm run tenant -- activate acme     the accounts that were active before are active again

  npm run tenant -- activate acme --keep-inactive
                                      people of acme can change its accounts again, and all of these stay inactive
                                      until somebody activates them, such as with a new secret after a breach

  --by NAME         who does it, for the audit log; by default the user of this machine
  --even-if-empty   also for a tenant that never had a service account, so that it can't make its first one

It uses the settings of the service: KEYCLOAK_URL, KEYCLOAK_CLIENT_KEY_FILE and so on. You can run it again at any time; it
goes on where it was interrupted. Audit records go to AUDIT_FILE or to standard output, as JSON lines; everything else
goes to standard error. Exit code 0: done; 1: there is no such tenant; 2: not done, or only in part.`;

interface Order {
  readonly action: 'activate' | 'deactivate';
  readonly tenantId: string;
  readonly by: string;
  readonly keepInactive: boolean;
  readonly evenIfEmpty: boolean;
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
  const parsed = readArguments(
    {
      options: {
        by: { type: 'string', default: whoRunsThis() },
        'keep-inactive': { type: 'boolean', default: false },
        'even-if-empty': { type: 'boolean', default: false },
      },
      allowPositionals: true,
    },
    usage,
  );
  if (parsed === undefined) return undefined;
  const { by, 'keep-inactive': keepInactive, 'even-if-empty': evenIfEmpty } = parsed.values;
  const [action, tenantId, ...more] = parsed.positionals;
  if (action !== 'activate' && action !== 'deactivate') {
    return refuseArguments('The first argument is activate or deactivate', usage);
  }
  if (tenantId === undefined || more.length > 0 || !tenantIdPattern.test(tenantId)) {
    return refuseArguments(`After ${action} comes the name of one tenant`, usage);
  }
  if (keepInactive && action === 'deactivate') {
    return refuseArguments('--keep-inactive belongs to activate', usage);
  }
  return { action, tenantId, by, keepInactive, evenIfEmpty };
}

const progress = progressLine(process.stderr);
const say = (words: string) => {
  progress.clear();
  console.error(words);
};
const accounts = (count: number) => `${count} ${count === 1 ? 'account' : 'accounts'}`;

/** Whether it was done; not where there is no such tenant. */
async function carryOut(order: Order, config: Config): Promise<boolean> {
  const { tenantId, by, evenIfEmpty } = order;
  const connection = { ...config.keycloak, callTimeoutMs: operatorCallTimeoutMs };
  const keycloak = connectKeycloak(connection, () => undefined);
  const connect = () => keycloak.connectGateway({ signal: AbortSignal.timeout(sendingMsOf(lockLeaseMs)) });
  try {
    if (!evenIfEmpty && !(await isKnown(connect(), tenantId))) return false;
    const actor = { subject: 'operator', username: by };
    const record = recordSwitches(createAuditLog(config.auditFile), {
      tenantId,
      actor: { ...actor, clientId: config.keycloak.clientId },
      catalogue: await connect().catalogue(),
    });
    const onSwitched = (account: Account, action: SwitchAction) => {
      record(account, action);
      say(`${words[action]}  ${account.clientId}  ${account.username}`);
    };
    let looked = 0;
    const onLooked = () => {
      looked += 1;
      progress.show(`${looked.toLocaleString('en')} looked at`);
    };
    const settle = () => {
      progress.show(`Waiting ${tenantSettleMs / 1000} s until the requests that were under way have ended …`);
      looked = 0;
      return wait(tenantSettleMs);
    };
    const isListCurrent = config.keycloak.nodes === 1;
    await switchTenant(order, { tenantId, by: actor, connect, settle, isListCurrent, onLooked, onSwitched });
    return true;
  } finally {
    await keycloak.close();
  }
}

const words = {
  activate: 'on       ',
  deactivate: 'off      ',
  'leave-inactive': 'stays off',
} as const satisfies Record<SwitchAction, string>;

async function isKnown(gateway: Gateway, tenantId: string): Promise<boolean> {
  const tenants = await gateway.tenants();
  if (tenants.includes(tenantId)) return true;
  const near = nearest(tenantId, tenants);
  say(
    `There is no tenant ${tenantId}: none of that name has or had a service account.${near ? ` Did you mean ${near}?` : ''}\n` +
      'Nothing was changed. Add --even-if-empty to switch a tenant before its first service account.',
  );
  return false;
}

async function switchTenant(order: Order, dependencies: SwitchDependencies): Promise<void> {
  const { action, tenantId, keepInactive } = order;
  if (keepInactive) {
    const result = await switchTenantOnWithoutAccounts(dependencies);
    say(
      result === undefined
        ? `${tenantId} is not off; nothing was changed.`
        : `${tenantId} is on: ${accounts(result.switched)} that were active stay inactive until somebody activates them.`,
    );
    return;
  }
  const isOff = action === 'deactivate';
  if (isOff)
    say(`Switching ${tenantId} off; a second look follows ${tenantSettleMs / 1000} s after the first.`);
  const { switched, untouched } = await (isOff ? switchTenantOff : switchTenantOn)(dependencies);
  say(
    `${tenantId} is ${isOff ? 'off' : 'on'}: ${accounts(switched)} switched, ${untouched} left as they were.`,
  );
}

async function main(): Promise<void> {
  const order = readOrder();
  if (order === undefined) return;
  try {
    process.exitCode = (await carryOut(order, loadConfig(process.env))) ? 0 : 1;
  } catch (error) {
    say(explain(error));
    process.exitCode = 2;
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `\n${error.cause.message}` : '';
  const advice =
    error instanceof ServiceError
      ? '\nWhat is done so far stays done. Run the command again: it goes on from here.'
      : '';
  return `${error.message}${cause}${advice}`;
}

await main();
