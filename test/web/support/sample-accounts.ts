import { clientAttributes } from '../../../src/names.ts';
import type { LivePage } from './settings-page.ts';

const daysMs = 86_400_000;

/** Of RFC 8037, appendix A. */
export const publicKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
} as const;

/** Accounts as a tenant has them, with texts of every length, the oldest first. */
const accounts = [
  {
    daysOld: 212,
    username: 'HubSpot CRM sync',
    description: 'Two-way sync of customers and their notes, every five minutes',
    mode: 'custom',
    permissions: ['customers:read', 'customers:write', 'conversations:read'],
    overlapSeconds: 86_400,
  },
  {
    daysOld: 148,
    username: 'nightly-export',
    description: 'Exports yesterday’s conversations to the data warehouse',
    mode: 'custom',
    permissions: ['conversations:read', 'analytics:read'],
    endedDaysAgo: 3,
  },
  { daysOld: 63, username: 'Zapier', mode: 'agent' },
  { daysOld: 41, username: 'status-page-probe', mode: 'custom', permissions: ['settings:read'], isOff: true },
  {
    daysOld: 30,
    username: 'warehouse-loader',
    description: 'Loads the data warehouse, and signs with a key of its own',
    mode: 'custom',
    permissions: ['analytics:read'],
    credentials: { type: 'jwks', keys: [{ ...publicKey, kid: 'warehouse-2026-11' }] },
  },
  {
    daysOld: 20,
    username: 'support-bot',
    description: 'Answers first-line questions with AI, and hands over to people',
    mode: 'agent',
    secretLifetimeDays: 365,
  },
  {
    daysOld: 6,
    username: 'terraform',
    description:
      'Manages webhooks and settings from the infrastructure repository. Owner: platform team, #platform on Slack. Rotated with the quarterly key ceremony, by whoever is on duty; the runbook says how.',
    mode: 'admin',
    secretLifetimeDays: 12,
  },
  {
    daysOld: 1,
    username: 'مزامنة العملاء',
    description: 'تحديث بيانات العملاء كل ساعة',
    mode: 'custom',
    permissions: ['customers:read'],
  },
  {
    daysOld: 0,
    username: 'a-username-of-sixty-four-characters-without-any-space-in-it-12345',
    description: 'An-integration-with-a-very-long-word-'.repeat(4),
    mode: 'agent',
  },
] as const;

const nothing = { isOff: false, overlapSeconds: 0, endedDaysAgo: 0 };

/** Makes the sample accounts, and gives their ids in the order in which they were made. */
export async function sampleAccounts(live: LivePage): Promise<string[]> {
  const ids: string[] = [];
  for (const { daysOld, ...sample } of accounts) {
    const { isOff, overlapSeconds, endedDaysAgo, ...body } = { ...nothing, ...sample };
    const { id } = await live.create({ ...body, username: body.username.slice(0, 64) });
    if (isOff) {
      await live.service.request({ method: 'POST', path: `/acme/service-accounts/${id}/deactivate` });
    }
    await backdate(live, id, daysOld, endedDaysAgo);
    if (overlapSeconds > 0) {
      const path = `/acme/service-accounts/${id}/regenerate-secret`;
      await live.service.request({ method: 'POST', path, body: { overlapSeconds } });
    }
    ids.push(id);
  }
  return ids;
}

/** As if it had been made so many days ago, in Keycloak itself, since the service writes no other time than now. */
async function backdate(live: LivePage, id: string, daysOld: number, endedDaysAgo: number): Promise<void> {
  const created = new Date(Date.now() - daysOld * daysMs - 5_400_000).toISOString();
  const changed = new Date(Date.now() - (daysOld * daysMs) / 3 - 600_000).toISOString();
  const { createdAt, updatedAt, secretCreatedAt, secretExpiresAt } = clientAttributes;
  const ended = new Date(Date.now() - endedDaysAgo * daysMs).toISOString();
  const attributes = {
    [createdAt]: created,
    [updatedAt]: changed,
    [secretCreatedAt]: created,
    ...(endedDaysAgo > 0 && { [secretExpiresAt]: ended }),
  };
  const { status } = await live.realm.admin('PUT', `/clients/${id}`, { attributes });
  if (status !== 204) throw new Error(`${id} could not be backdated: ${status}`);
}
