import type { Operation } from './contestant.ts';
import { accountsInWords } from './stage.ts';

/** Of what something is said; of the service as a whole where there is nothing. */
export interface Place {
  readonly operation?: Operation;
  readonly concurrency?: number;
  readonly accounts?: number;
}

/** @returns `concurrency 8, 400 accounts`, or as much of it as the place says */
export function conditionsOf({ concurrency, accounts }: Place): string {
  return [
    ...(concurrency === undefined ? [] : [`concurrency ${concurrency}`]),
    ...(accounts === undefined ? [] : [accountsInWords(accounts)]),
  ].join(', ');
}
