import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from './contestant.ts';
import { type Plot, plotsFolder, plotsOf } from './plots.ts';
import { reportOf } from './report.ts';
import type { Stage } from './stage.ts';
import { growthVerdicts, verdictsOf } from './verdicts.ts';
import { writeReport } from './write-report.ts';

const p50 = { floor: 10, forwarder: 11, service: 11.2, wrapper: 1_234.5 };
const footprint = { cpuSeconds: 1, peakMb: 100, requests: 1_000 };

/** A stage in which all operations take alike. */
function stageAmong(accounts: number, times = 1): Stage {
  const measured = [1, 8, 32].flatMap((concurrency) =>
    operations.flatMap((operation) =>
      Object.entries(p50).map(([contestant, ms]) => {
        const p50Ms = ms * times;
        const figures = { p50Ms, p95Ms: p50Ms, p99Ms: p50Ms, perSecond: 1_000 / p50Ms };
        return { contestant, operation, concurrency, count: 100, ...figures };
      }),
    ),
  );
  return { accounts, measured, calls: new Map(), background: [] };
}

const [few, many] = [stageAmong(400), stageAmong(100_400, 1.3)];
const verdicts = [few, many].flatMap(verdictsOf).concat(growthVerdicts(few.measured, many.measured));
let plots: Plot[];
let report: string;
let folder: string;

beforeAll(async () => {
  plots = await plotsOf([few, many]);
  report = reportOf([few, many], verdicts, footprint, plots);
  folder = mkdtempSync(join(tmpdir(), 'orki-report-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const linked = (markdown: string) =>
  [...markdown.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) => path);
const written = () => readdirSync(join(folder, plotsFolder)).map((name) => `${plotsFolder}/${name}`);

describe('the report', () => {
  it('shows each plot that is written, and no other, also after a run with fewer', () => {
    writeReport(folder, report, plots);
    expect(linked(readFileSync(join(folder, 'benchmarks.md'), 'utf8')).toSorted()).toEqual(written());
    expect(written()).toHaveLength(7);

    const fewer = plots.slice(0, 2);
    writeReport(folder, reportOf([few], verdicts, footprint, fewer), fewer);
    expect(linked(readFileSync(join(folder, 'benchmarks.md'), 'utf8')).toSorted()).toEqual(written());
  });

  it('has no section for plots when none are drawn', () => {
    const short = reportOf([few], verdicts, footprint, []);
    expect(linked(short)).toEqual([]);
    expect(short).not.toContain('## Plots');
  });

  it('has all figures of each stage at each concurrency', () => {
    const rows = report.match(/^\| \w+ \| (floor|forwarder|service|wrapper) \|/gm);
    expect(rows).toHaveLength(few.measured.length + many.measured.length);
  });
});

describe('a plot', () => {
  it('says what it shows to who does not see it, on a background of its own', () => {
    for (const { title, svg } of plots) {
      expect(svg).toContain(`role="img" aria-label="${title}"><title>${title}</title><rect`);
      expect(svg).toMatch(/<rect width="\d+" height="\d+" fill="#ffffff"/);
    }
  });

  it('has a text for each figure, and none that is too small', () => {
    const [first] = plots;
    expect(first?.svg.match(/>11\.2<\/text>/g)).toHaveLength(operations.length);
    expect(first?.svg.match(/>1235<\/text>/g)).toHaveLength(operations.length);
    for (const { svg } of plots) {
      const sizes = [...svg.matchAll(/font-size="(\d+)px"/g)].map(([, size]) => Number(size));
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
    }
  });
});
