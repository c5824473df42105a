import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceAccountsClient } from '../../packages/client/src/index.ts';
import { run } from '../child.ts';
import { Problem } from '../problem.ts';
import type { Command } from './programs.ts';

interface Addresses {
  readonly issuer: string;
  readonly accountsUrl: string;
}

/** Instances of an integration that ask for tokens all the while, each with the secret that it read before the rotation. */
const instances = 5;
const requestsEach = 10;
const pauseMs = 25;

/**
 * Has an account rotate its own secret by a sample, while instances of the integration go on asking for tokens: none of
 * them may be refused, and the secret of the beginning has to be over at the end.
 * @returns how many token requests there were
 */
export async function rotateByItself(
  [command, ...args]: Command,
  name: string,
  rotations: number,
  accounts: ServiceAccountsClient,
  { issuer, accountsUrl }: Addresses,
): Promise<number> {
  const permissions = ['customers:read', 'service-accounts:rotate-own'];
  const account = await accounts.create({ username: name, mode: 'custom', permissions });
  const folder = await mkdtemp(join(tmpdir(), 'orki-rotation-'));
  const secretFile = join(folder, 'secret');
  const ask = (secret: string) => tokenStatus(issuer, account.clientId, secret);

  async function rotate(): Promise<void> {
    const output: string[] = [];
    const env = {
      ...process.env,
      ISSUER: issuer,
      CLIENT_ID: account.clientId,
      SECRET_FILE: secretFile,
      ACCOUNT_URL: `${accountsUrl}/${account.id}`,
    };
    const code = await run(command, args, { env, onOutput: (text) => void output.push(text) });
    if (code !== 0) throw new Problem(`The rotation ended with ${code}.\n${output.join('')}`);
  }

  /** At least so often, until the rotation is over, and once after that. */
  async function askAsInstance(rotation: Promise<void>): Promise<number[]> {
    const secret = await readFile(secretFile, 'utf8');
    let isOver = false;
    const over = rotation.finally(() => {
      isOver = true;
    });
    const statuses = [];
    while (!isOver || statuses.length < requestsEach - 1) {
      statuses.push(await ask(secret));
      await sleep(pauseMs);
    }
    await over;
    return [...statuses, await ask(secret)];
  }

  try {
    await writeFile(secretFile, account.clientSecret, { mode: 0o600 });
    const statuses: number[] = [];
    for (let rotation = 0; rotation < rotations; rotation += 1) {
      // A token of the same second as the secret counts as older.
      await sleep(1000 - (Date.now() % 1000));
      const rotated = rotate();
      const asking = Array.from({ length: instances }, () => askAsInstance(rotated));
      statuses.push(...(await Promise.all(asking)).flat());
    }
    const refused = statuses.filter((status) => status !== 200);
    if (refused.length > 0)
      throw new Problem(`${refused.length} of ${statuses.length} token requests were refused: ${refused}`);
    if ((await ask(account.clientSecret)) !== 401 && rotations > 1)
      throw new Problem('The first secret still works.');
    return statuses.length;
  } finally {
    await accounts.delete(account.id);
    await rm(folder, { recursive: true });
  }
}

async function tokenStatus(issuer: string, clientId: string, clientSecret: string): Promise<number> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const response = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  await response.body?.cancel();
  return response.status;
}
