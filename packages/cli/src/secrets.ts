import type { ServiceAccountWithSecret } from '../../client/src/index.ts';
import { type Credentials, type Destination, openDestination } from './destination.ts';
import { exitCodes, Failure } from './exit-codes.ts';
import type { Io } from './io.ts';
import { asJson, detailsOf, print } from './output.ts';

interface SecretOptions {
  readonly to: string | undefined;
  readonly json: boolean;
}

/**
 * Has a secret made once its destination is known to be writable, takes it there, and prints the account without it.
 * @throws {Failure} `secretNotDelivered` when the secret was made and did not arrive
 */
export async function deliverSecret(
  { to, json }: SecretOptions,
  io: Io,
  make: () => Promise<ServiceAccountWithSecret>,
): Promise<void> {
  const destination = openDestination(to, io);
  if (json && destination.usesStdout) {
    destination.abandon();
    throw new Failure(exitCodes.usage, `--json and --to ${to} both want standard output.`);
  }
  const made = await make().catch((error) => {
    destination.abandon();
    throw error;
  });
  const { clientSecret, replayed: _, ...account } = made;
  const { clientId, tokenUrl } = account;
  await hand(destination, { clientId, clientSecret, tokenUrl });
  const shown = destination.usesStdout ? io.stderr : io.stdout;
  print(shown, json ? asJson(account) : `${detailsOf(account)}\n\nThe secret went to ${destination.name}.`);
}

async function hand(destination: Destination, credentials: Credentials): Promise<void> {
  try {
    await destination.deliver(credentials);
  } catch (cause) {
    throw new Failure(
      exitCodes.secretNotDelivered,
      `A secret was made for ${credentials.clientId} and did not reach ${destination.name}: ${(cause as Error).message}. Nobody has it now. Make another one: orki-sa rotate ${credentials.clientId} --to …`,
      { cause },
    );
  }
}
