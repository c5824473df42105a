/** Works on all things, so many at a time, until the signal says that it is time to stop; what is begun is finished. */
export async function inLanes<Thing, Result>(
  { lanes, signal }: { readonly lanes: number; readonly signal: AbortSignal },
  things: readonly Thing[],
  work: (thing: Thing, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = things.entries();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const [index, thing] of entries) {
        if (signal.aborted) return;
        results.push(await work(thing, index));
      }
    }),
  );
  return results;
}
