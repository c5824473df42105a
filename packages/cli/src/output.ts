import { stripVTControlCharacters } from 'node:util';
import type { ServiceAccount } from '../../client/src/index.ts';
import type { Io } from './io.ts';

/** Text that others wrote must not steer the terminal. */
const plain = (text: string): string => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, ' ');

const columns: readonly (readonly [string, (account: ServiceAccount) => string])[] = [
  ['USERNAME', ({ username }) => username],
  ['MODE', ({ mode }) => mode],
  ['STATUS', ({ status, secretExpired }) => (secretExpired ? `${status}, secret expired` : status)],
  ['CLIENT ID', ({ clientId }) => clientId],
  ['CREATED', ({ createdAt }) => createdAt.slice(0, 10)],
];

/** Accounts as a table for people. */
export function tableOf(accounts: readonly ServiceAccount[]): string {
  const rows = [
    columns.map(([title]) => title),
    ...accounts.map((account) => columns.map(([, textOf]) => plain(textOf(account)))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One account for people, a field a line. */
export function detailsOf(account: ServiceAccount): string {
  const fields: Record<string, string> = {
    Username: account.username,
    Description: account.description ?? '–',
    'Client ID': account.clientId,
    ID: account.id,
    Mode: account.mode,
    Permissions: account.permissions.join(', '),
    Status: account.status,
    ...credentialsOf(account),
    Created: `${account.createdAt} by ${account.createdBy?.username ?? 'somebody unknown'}`,
    Changed: `${account.updatedAt} by ${account.updatedBy?.username ?? 'somebody unknown'}`,
  };
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${plain(value)}`)
    .join('\n');
}

function credentialsOf(account: ServiceAccount): Record<string, string> {
  const { credentials, secretHint, secretCreatedAt, secretExpiresAt, previousSecret } = account;
  if (credentials.type === 'jwks') {
    const keys = credentials.keys.map(({ kid, alg }) => `${kid} (${alg})`);
    return { Keys: `${keys.join(', ')}, from ${secretCreatedAt}` };
  }
  return {
    Secret: `…${secretHint}, from ${secretCreatedAt}`,
    'Secret expires': secretExpiresAt ?? 'never',
    'Previous secret':
      previousSecret === null ? 'none' : `…${previousSecret.hint}, until ${previousSecret.validUntil}`,
  };
}

export const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

export const print = (stream: Io['stdout'], text: string): void => void stream.write(`${text}\n`);
