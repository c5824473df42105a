import { type AccountState, never, none, undisclosed } from '../account-model.ts';
import type { RacedAccount } from '../races/contestant.ts';
import { observeAccount } from '../raw-account.ts';
import type { ServiceAnswer } from '../replica.ts';
import type { Bench } from './bench.ts';
import { faultsOfResult, faultsOfState, isDone, type Told, toldBy } from './invariants.ts';
import type { CellNames, Operation } from './operations.ts';
import { clientsNamed, isUnfinished } from './subject.ts';

/** What is wrong with the account in Keycloak, given all answers so far; `isRepeated` when the last one has to be final. */
export async function check(
  bench: Bench,
  operation: Operation,
  cell: CellNames,
  subject: RacedAccount | undefined,
  answers: readonly ServiceAnswer[],
  isRepeated: boolean,
): Promise<string[]> {
  const told = toldBy(operation, answers);
  const last = answers.at(-1);
  if (last === undefined) return [];
  if (subject === undefined) return checkCreated(bench, operation, cell, answers, told);
  subject.secrets.push(...told.secrets.filter((secret) => !subject.secrets.includes(secret)));
  subject.revocations.push(...told.revocations);
  const { state, faults } = await observeAccount(bench.laboratory.realm, subject, true);
  const mirrorMayLag = !isRepeated && !isDone(last);
  const seen = faults.filter((text) => !(mirrorMayLag && text.startsWith('mirror')));
  if (isRepeated && operation.renamesTo !== undefined) {
    const { body } = await bench.steady.ask({ path: `/${subject.id}` });
    if (body.username !== operation.renamesTo(cell)) seen.push(`it is called ${body.username}`);
  }
  return isRepeated
    ? [...seen, ...faultsOfResult(operation, subject.state, state, told, true)]
    : [...seen, ...faultsOfState(operation, subject.state, state, last, told)];
}

/** What is wrong with the account that a creation made, or did not. */
export async function checkCreated(
  bench: Bench,
  operation: Operation,
  { username }: CellNames,
  answers: readonly ServiceAnswer[],
  told: Told,
): Promise<string[]> {
  const clients = await clientsNamed(bench, username);
  const found: string[] = [];
  for (const client of clients.filter(isUnfinished)) {
    const { status } = await bench.steady.ask({ path: `/${client.id}` });
    if (status !== 404) found.push(`a half-made account is shown (${status})`);
  }
  const whole = clients.filter((client) => !isUnfinished(client));
  if (whole.length > 1) return [...found, `${whole.length} accounts of one name`];
  const [client] = whole;
  const isAcknowledged = answers.some(isDone);
  if (client === undefined) {
    return isAcknowledged ? [...found, 'there is no account'] : found;
  }
  const before: AccountState = {
    exists: true,
    description: '',
    roles: [],
    active: true,
    secret: undisclosed,
    previousSecret: none,
    tokensRevokedBefore: never,
  };
  const { state, faults } = await observeAccount(bench.laboratory.realm, { ...client, ...told }, true);
  const wanted = isAcknowledged ? told : { ...told, secrets: [undisclosed] };
  found.push(...faults, ...faultsOfResult(operation, before, state, wanted));
  return found;
}
