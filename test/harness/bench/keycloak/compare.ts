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
 * @returns a table of the medians, each with the median of its ratios to the first variant in the same round
 */
export async function compareVariants(
  variants: readonly Variant[],
  rounds: number,
  measure: () => Promise<Figures>,
): Promise<string> {
  const measured = new Map<Variant, Figures[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      await variant.apply();
      const figures = await measure();
      measured.get(variant)?.push(figures);
      const said = Object.entries(figures).map(([name, value]) => `${name} ${digits(value)}`);
      console.log(`round ${round + 1} of ${rounds}, ${variant.name}: ${said.join(', ')}`);
    }
  }
  const [base = []] = measured.values();
  const names = Object.keys(base[0] ?? {});
  const cell = (figures: readonly Figures[], name: string): string => {
    const value = digits(median(figures.map((one) => one[name] ?? Number.NaN)));
    if (figures === base) return value;
    const ratios = figures.map(
      (one, round) => (one[name] ?? Number.NaN) / (base[round]?.[name] ?? Number.NaN),
    );
    return `${value} (×${median(ratios).toFixed(2)})`;
  };
  const rows = [...measured].map(([variant, figures]) => [
    variant.name,
    ...names.map((name) => cell(figures, name)),
  ]);
  return markdownTable(['', ...names], rows);
}
