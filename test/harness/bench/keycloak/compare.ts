import { median } from './load.ts';
import { digits, markdownTable } from './tables.ts';

/** One of the settings that are compared. */
export interface Variant {
  readonly name: string;
  /** Makes it the one that is measured. */
  apply(): Promise<unknown>;
}

/** What was measured, by its name with its unit. */
export type Figures = Readonly<Record<string, number>>;

/**
 * Measures variants in rounds, every other round from the last to the first, so that whatever the machine does beside this
 * meets all of them alike.
 * @param rounds.unmeasured how many rounds come before, so that Java has compiled what is measured
 * @returns a table of the medians, each with the median of its ratios to the first variant in the same round and, of several
 * rounds, their range
 */
export async function compareVariants(
  variants: readonly Variant[],
  rounds: { readonly unmeasured?: number; readonly measured: number },
  measure: () => Promise<Figures>,
): Promise<string> {
  const { unmeasured = 0, measured: last } = rounds;
  const measured = new Map<Variant, Figures[]>(variants.map((variant) => [variant, []]));
  for (let round = 1 - unmeasured; round <= last; round++) {
    for (const variant of round % 2 === 0 ? variants.toReversed() : variants) {
      await variant.apply();
      const figures = await measure();
      if (round > 0) measured.get(variant)?.push(figures);
      const said = Object.entries(figures).map(([name, value]) => `${name} ${digits(value)}`);
      console.log(
        `${round > 0 ? `round ${round} of ${last}` : 'not counted'}, ${variant.name}: ${said.join(', ')}`,
      );
    }
  }
  const [base = []] = measured.values();
  const names = Object.keys(base[0] ?? {});
  const rows = [...measured].map(([{ name: variant }, figures]) => [
    variant,
    ...names.map((name) => {
      const values = figures.map((one) => one[name] ?? Number.NaN);
      if (figures === base) return digits(median(values));
      const ratios = values.map((value, round) => value / (base[round]?.[name] ?? Number.NaN));
      return `${digits(median(values))} (${ratioText(ratios)})`;
    }),
  ]);
  return markdownTable(['', ...names], rows);
}

function ratioText(ratios: readonly number[]): string {
  const [least, greatest] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  const middle = `×${median(ratios).toFixed(2)}`;
  return least === greatest ? middle : `${middle}, ${least}–${greatest}`;
}
