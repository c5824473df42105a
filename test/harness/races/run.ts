import type { TestedRealm } from '../laboratory.ts';
import { pick, type Random } from '../random.ts';
import type { Replica } from '../replica.ts';
import type { Contestant, RacedAccount } from './contestant.ts';
import type { Tally } from './report.ts';
import { accountFor, combinationsOf, prepare, raceWrites } from './rounds.ts';
import { roundsOfTheService } from './rounds-of-the-service.ts';

/** Accounts that are raced at side by side; more of them only slow a small machine down. */
const lanes = 3;

interface Race {
  readonly rounds: number;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Runs pairs and triples of writes, each combination as often as the others. */
export async function raceContestant(contestant: Contestant, race: Race): Promise<Tally> {
  const combinations = combinationsOf(contestant.kinds);
  const order = Array.from(
    { length: race.rounds },
    (_, index) => combinations[index % combinations.length] ?? [],
  );
  return inLanes(contestant, race, order.length, (round, account) =>
    raceWrites(contestant, account, order[round] ?? [], `round-${round}`, race.random),
  );
}

/** Runs what only the service promises: one winner by username, by If-Match, by Idempotency-Key, and one overlap by it. */
export async function raceForOneWinner(
  contestant: Contestant,
  laboratory: TestedRealm,
  replicas: readonly Replica[],
  race: Race,
): Promise<Tally> {
  const rounds = roundsOfTheService(laboratory, replicas, race.random);
  return inLanes(contestant, race, race.rounds, async (round, account) => {
    const kind = ['sameEtag', 'sameUsername', 'sameKey', 'sameOverlap'][round % 4];
    if (kind === 'sameEtag' || kind === 'sameOverlap') {
      // Either may ask for an overlap, which an account with a key cannot have.
      await prepare(contestant, account, ['overlap']);
      return rounds[kind](account, `round-${round}`);
    }
    return kind === 'sameUsername' ? rounds.sameUsername(`same-${round}`) : rounds.sameKey(`key-${round}`);
  });
}

async function inLanes(
  contestant: Contestant,
  { random, signal }: Race,
  rounds: number,
  run: (round: number, account: RacedAccount) => Promise<Tally['results'][number]>,
): Promise<Tally> {
  const tally: Tally = { title: contestant.title, results: [], seconds: 0 };
  const startedAt = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      let account: RacedAccount | undefined;
      for (let round = next++; round < rounds && !signal.aborted; round = next++) {
        const name = `${contestant.title} ${lane}-${round}-${pick(random, ['a', 'b'])}`.replaceAll(
          /[^\w .-]/g,
          '',
        );
        account = await accountFor(contestant, account, name, random);
        tally.results.push(await run(round, account));
        if (tally.results.length % 50 === 0)
          console.log(`… ${contestant.title}: ${tally.results.length} of ${rounds}`);
      }
    }),
  );
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}
