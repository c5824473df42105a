import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plot, plotsFolder } from './plots.ts';

/** Writes the report into a folder, and beside it its plots in place of those of an earlier run. */
export function writeReport(folder: string, report: string, plots: readonly Plot[]): void {
  const plotsIn = join(folder, plotsFolder);
  rmSync(plotsIn, { recursive: true, force: true });
  mkdirSync(plotsIn);
  for (const { file, svg } of plots) writeFileSync(join(plotsIn, file), svg);
  writeFileSync(join(folder, 'benchmarks.md'), report);
}
