import { names } from '../../../src/names.ts';
import { decode } from '../../provisioning/test-realm.ts';
import { requestToken } from '../../support/live-oauth.ts';
import type { Write } from '../account-model.ts';
import type { RacedAccount } from '../races/contestant.ts';
import { createdAccount, requestOf } from '../races/through-service.ts';
import type { Replica } from '../replica.ts';
import { prepare } from './sequences.ts';

/** What an acknowledgement promises of tokens from then on. */
export const promises = {
  regenerate: 'the old secret gets a token',
  deactivate: 'a deactivated account gets a token',
  delete: 'a deleted account gets a token',
  mode: 'a token carries rights that were taken away',
} as const;
export type Promised = keyof typeof promises;

/** An account, with the secret that it had when it was warm in every cache. */
export interface Probe {
  readonly promised: Promised;
  readonly account: RacedAccount;
  readonly secret: string;
}

const writes: Record<Promised, Write> = {
  regenerate: { kind: 'regenerate' },
  deactivate: { kind: 'deactivate' },
  delete: { kind: 'delete' },
  mode: { kind: 'mode', grant: { mode: 'custom', permissions: ['customers:read'] } },
};

export async function prepareProbe(promised: Promised, username: string, entry: Replica): Promise<Probe> {
  const account = createdAccount(await prepare(entry, { method: 'POST', body: { username, mode: 'admin' } }));
  return { promised, account, secret: account.state.secret };
}

/** Whether the change was acknowledged. */
export async function acknowledge({ promised, account }: Probe, entry: Replica): Promise<boolean> {
  const { status } = await entry
    .request(requestOf(account.id, writes[promised]))
    .catch(() => ({ status: 0 }));
  return status >= 200 && status < 300;
}

/** Whether a token URL still gives what the acknowledgement ruled out; undefined when it does not answer. */
export async function isStale({ promised, account, secret }: Probe, tokenUrl: string) {
  const credentials = { clientId: account.clientId, clientSecret: secret };
  const answer = await requestToken(tokenUrl, credentials).catch(() => undefined);
  if (answer === undefined || answer.status >= 500) return undefined;
  if (answer.status !== 200) return false;
  if (promised !== 'mode') return true;
  const roles: string[] =
    decode(String(answer.body.access_token)).claims.resource_access?.[names.apiClient]?.roles ?? [];
  return roles.includes('settings:write');
}
