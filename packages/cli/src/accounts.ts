import type { ServiceAccount, ServiceAccountsClient } from '../../client/src/index.ts';
import { exitCodes, Failure } from './exit-codes.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The id of the account that a person means; an id needs no right to read accounts.
 * @throws {Failure} `notFound` when a name is nobody's
 */
export async function idOf(accounts: ServiceAccountsClient, named: string): Promise<string> {
  return uuid.test(named) ? named : (await findAccount(accounts, named)).id;
}

/**
 * The account that a person means, by its id, its client ID or its username.
 * @throws {Failure} `notFound` when there is none
 */
export async function findAccount(accounts: ServiceAccountsClient, named: string): Promise<ServiceAccount> {
  if (uuid.test(named)) return accounts.get(named);
  for await (const account of accounts.list({ search: named, limit: 100 })) {
    const isMeant = account.clientId === named || account.username.toLowerCase() === named.toLowerCase();
    if (isMeant) return account;
  }
  throw new Failure(exitCodes.notFound, `There is no service account ${named}.`);
}
