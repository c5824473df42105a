import { isOutcomeUnknown } from '../../errors.ts';

/**
 * The results of calls that were made at the same time, when each of them is over: what follows a failure, such as
 * undoing the others, must not meet one that is still on its way.
 * @throws the first failure, or before all others one that leaves its outcome unknown
 */
export async function allSettled<Results extends readonly unknown[]>(
  calls: {
    readonly [Index in keyof Results]: Promise<Results[Index]>;
  },
): Promise<Results> {
  const results = await Promise.allSettled(calls);
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (reasons.length > 0) throw reasons.find(isOutcomeUnknown) ?? reasons[0];
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as Results;
}
