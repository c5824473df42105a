import type { TopLevelSpec } from 'vega-lite';
import { type Operation, operations } from './contestant.ts';
import type { Measured } from './measure.ts';
import { accountsInWords, concurrenciesOf, type Stage } from './stage.ts';
import { svgOf } from './svg.ts';
import { growthAtMost, longestP50 } from './verdicts.ts';

export interface Plot {
  /** Its name in the folder of the plots, the same from run to run. */
  readonly file: string;
  readonly title: string;
  readonly svg: string;
}

/** Where the plots are, from where the report is. */
export const plotsFolder = 'benchmarks';

/** Shades of Okabe and Ito, which people tell apart who see few colours; each stands out on white. */
const colours = { floor: '#767676', forwarder: '#009e73', service: '#0072b2', wrapper: '#d55e00' };
const contestants = Object.keys(colours);
const ink = '#1f2328';
const colour = {
  field: 'contestant',
  type: 'nominal',
  scale: { domain: contestants, range: Object.values(colours) },
} as const;

/** At these, targets are set. */
const comparedAt = [1, 8];
const ratesOf: readonly Operation[] = ['list', 'get', 'edit', 'create'];
const panelWidth = 165;
const panelTitleSize = 14;
/** Of an axis, in multiples of the longest bar, so that the figure fits in beside it. */
const withFigure = 1.45;

/** Draws all plots of a run. */
export async function plotsOf(stages: readonly Stage[]): Promise<Plot[]> {
  const plots: Plot[] = [];
  const draw = async (file: string, title: string, subtitle: string[], spec: TopLevelSpec) => {
    plots.push({ file: `${file}.svg`, title, svg: await svgOf(title, subtitle, spec) });
  };
  for (const stage of stages) {
    const among = accountsInWords(stage.accounts);
    const at = concurrenciesOf(stage.measured);
    for (const concurrency of comparedAt.filter((compared) => at.includes(compared))) {
      await draw(
        `p50-${stage.accounts}-accounts-concurrency-${concurrency}`,
        `What an operation takes at concurrency ${concurrency}, among ${among}`,
        [
          'Half of the operations took at most so long (p50). Each has a scale of its own.',
          'The black tick is the longest p50 with which the service meets its targets.',
        ],
        p50Spec(stage.measured.filter((one) => one.concurrency === concurrency)),
      );
    }
  }
  const [few, many] = stages;
  if (few !== undefined && many !== undefined) {
    await draw(
      'few-and-many-accounts',
      `The service among ${accountsInWords(many.accounts)}, beside ${few.accounts.toLocaleString('en')}`,
      [
        'How many times as long an operation takes (p50, concurrency 1).',
        `The dashed line is the target, ${growthAtMost} times. A bar beyond it is orange.`,
      ],
      growthSpec(few.measured, many.measured),
    );
  }
  for (const stage of stages) {
    if (concurrenciesOf(stage.measured).length < 2) continue;
    await draw(
      `rate-${stage.accounts}-accounts`,
      `How many operations a second, among ${accountsInWords(stage.accounts)}`,
      ['Each operation has a scale of its own, from 0.'],
      rateSpec(stage.measured),
    );
  }
  return plots;
}

/** A panel for each operation, with a bar for each contestant. */
function p50Spec(measured: readonly Measured[]): TopLevelSpec {
  const columns = 4;
  const panels = operations.map((operation, index) => {
    const bars = measured
      .filter((one) => one.operation === operation)
      .map(({ contestant, p50Ms }) => ({ contestant, ms: p50Ms }));
    const msOf = (name: string) => bars.find(({ contestant }) => contestant === name)?.ms;
    const [floorMs, forwarderMs] = [msOf('floor'), msOf('forwarder')];
    const limits =
      floorMs === undefined || forwarderMs === undefined
        ? []
        : [{ contestant: 'service', ms: longestP50(operation, floorMs, forwarderMs) }];
    const figures = bars.map(({ contestant, ms }) => {
      const marks = [...bars, ...limits].filter((one) => one.contestant === contestant);
      const text = ms.toFixed(ms < 100 ? 1 : 0);
      return { contestant, ms: Math.max(...marks.map((one) => one.ms)), text };
    });
    const longest = Math.max(...figures.map(({ ms }) => ms));
    return {
      title: { text: operation, anchor: 'start' as const, frame: 'group' as const, fontSize: panelTitleSize },
      width: panelWidth,
      height: 108,
      data: { values: bars },
      encoding: {
        y: {
          field: 'contestant',
          type: 'nominal' as const,
          sort: contestants,
          title: null,
          axis: { labels: index % columns === 0, ticks: false, domain: false, labelPadding: 6 },
        },
        x: {
          field: 'ms',
          type: 'quantitative' as const,
          title: 'ms',
          scale: { domain: [0, longest * withFigure], nice: false },
          axis: { tickCount: 3, grid: false },
        },
      },
      layer: [
        {
          mark: { type: 'bar' as const, height: { band: 0.75 } },
          encoding: { color: { ...colour, legend: null } },
        },
        {
          data: { values: figures },
          mark: { type: 'text' as const, align: 'left' as const, dx: 5, clip: true },
          encoding: { text: { field: 'text', type: 'nominal' as const } },
        },
        {
          data: { values: limits },
          mark: { type: 'tick' as const, color: ink, opacity: 1, thickness: 2.5, height: { band: 1 } },
        },
      ],
    };
  });
  return { data: { values: [] }, columns, concat: panels } as TopLevelSpec;
}

function growthSpec(few: readonly Measured[], many: readonly Measured[]): TopLevelSpec {
  const p50 = (measured: readonly Measured[], operation: Operation) =>
    measured.find(
      (one) => one.contestant === 'service' && one.operation === operation && one.concurrency === 1,
    )?.p50Ms;
  const values = operations.flatMap((operation) => {
    const [before, after] = [p50(few, operation), p50(many, operation)];
    if (before === undefined || after === undefined) return [];
    const ratio = after / before;
    const text = `${ratio.toFixed(2)}  (${before.toFixed(1)} → ${after.toFixed(1)} ms)`;
    const end = Math.max(ratio, growthAtMost);
    return [{ operation, ratio, end, text, holds: ratio <= growthAtMost }];
  });
  const longest = Math.max(growthAtMost, ...values.map(({ ratio }) => ratio));
  return {
    width: 720,
    height: 280,
    data: { values },
    encoding: {
      y: {
        field: 'operation',
        type: 'nominal',
        sort: [...operations],
        title: null,
        axis: { ticks: false, domain: false, labelPadding: 6 },
      },
      x: {
        field: 'ratio',
        type: 'quantitative',
        title: 'times as long among many accounts as among few',
        scale: { domain: [0, longest * withFigure], nice: false },
        axis: { grid: false },
      },
    },
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.7 } },
        encoding: {
          color: {
            condition: { test: 'datum.holds', value: colours.service },
            value: colours.wrapper,
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 8, clip: true },
        encoding: {
          x: { field: 'end', type: 'quantitative' },
          text: { field: 'text', type: 'nominal' },
        },
      },
      {
        data: { values: [{ ratio: growthAtMost }] },
        mark: { type: 'rule', strokeDash: [6, 4], strokeWidth: 2, color: ink },
        encoding: { y: null },
      },
    ],
  } as TopLevelSpec;
}

/** A panel for each operation, with a line for each contestant. */
function rateSpec(measured: readonly Measured[]): TopLevelSpec {
  const panels = ratesOf.map((operation, index) => {
    const values = measured
      .filter((one) => one.operation === operation)
      .map(({ contestant, concurrency, perSecond }) => ({ contestant, concurrency, perSecond }));
    const highest = Math.max(...values.map(({ perSecond }) => perSecond));
    return {
      title: { text: operation, anchor: 'start', frame: 'group', fontSize: panelTitleSize },
      width: panelWidth,
      height: 190,
      data: { values },
      mark: { type: 'line', strokeWidth: 2, point: { size: 70 } },
      encoding: {
        x: { field: 'concurrency', type: 'ordinal', title: 'concurrency', axis: { labelAngle: 0 } },
        y: {
          field: 'perSecond',
          type: 'quantitative',
          title: index === 0 ? 'per second' : null,
          scale: { domain: [0, highest * 1.1], nice: false },
          axis: { tickCount: 5 },
        },
        color: { ...colour, title: null, legend: { orient: 'bottom', direction: 'horizontal' } },
        shape: { field: 'contestant', type: 'nominal', title: null, scale: { domain: contestants } },
      },
    };
  });
  return { data: { values: [] }, columns: ratesOf.length, concat: panels } as TopLevelSpec;
}
