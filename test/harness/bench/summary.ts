import { conditionsOf } from './places.ts';
import { accountsInWords, type Stage } from './stage.ts';
import type { Verdict } from './verdicts.ts';

/** How many targets hold, which do not and where, and how the service fares beside the wrapper. */
export function summaryOf(stages: readonly Stage[], verdicts: readonly Verdict[]): string {
  const held = verdicts.filter(({ holds }) => holds).length;
  const byTarget = [...Map.groupBy(verdicts, ({ target }) => target)];
  const everywhere = byTarget.filter(([, ofTarget]) => ofTarget.every(({ holds }) => holds));
  const elsewhere = byTarget.filter(([, ofTarget]) => ofTarget.some(({ holds }) => !holds));
  const sections = [`**${held} of ${verdicts.length} targets hold.**`];
  if (everywhere.length > 0) {
    const items = everywhere.map(
      ([target, { length }]) => `- ${target}${length > 1 ? ` (all ${length})` : ''}`,
    );
    sections.push(`Wherever it was measured, the service\n\n${items.join('\n')}`);
  }
  if (elsewhere.length > 0) {
    const items = elsewhere.map(([target, ofTarget]) => missedTarget(target, ofTarget));
    sections.push(`What does not hold everywhere is that the service\n\n${items.join('\n')}`);
  }
  const beside = stages.flatMap(besideWrapper);
  if (beside.length > 0) {
    sections.push(`Beside the wrapper, which guarantees less, the service at p50 is\n\n${beside.join('\n')}`);
  }
  return sections.join('\n\n');
}

function missedTarget(target: string, verdicts: readonly Verdict[]): string {
  const missed = verdicts.filter(({ holds }) => !holds);
  if (missed.every(({ place }) => place.operation === undefined)) {
    return `- ${target}: ${missed.map(({ figure }) => figure).join(', ')}`;
  }
  const items = [...Map.groupBy(missed, ({ place }) => place.operation)].map(([operation, ofOperation]) => {
    const figures = ofOperation.map(({ figure, place }) => figureAt(figure, conditionsOf(place)));
    return `  - ${operation}: ${figures.join('; ')}`;
  });
  return [`- ${target} (${verdicts.length - missed.length} of ${verdicts.length}), but not`, ...items].join(
    '\n',
  );
}

function besideWrapper({ accounts, measured }: Stage): string[] {
  const compared = measured.flatMap((service) => {
    const { operation, concurrency } = service;
    const wrapper = measured.find(
      (one) => one.contestant === 'wrapper' && one.operation === operation && one.concurrency === concurrency,
    );
    if (service.contestant !== 'service' || wrapper === undefined) return [];
    return [{ operation, concurrency, ratio: service.p50Ms / wrapper.p50Ms }];
  });
  if (compared.length === 0) return [];
  const slower = compared.filter(({ ratio }) => ratio >= 1);
  const items = [...Map.groupBy(slower, ({ operation }) => operation)].map(([operation, ofOperation]) => {
    const figures = ofOperation.map(({ ratio, concurrency }) =>
      figureAt(ratio.toFixed(2), conditionsOf({ concurrency })),
    );
    return `  - ${operation}: ${figures.join('; ')}`;
  });
  const quicker = `- quicker in ${compared.length - slower.length} of ${compared.length} cases among ${accountsInWords(accounts)}`;
  return items.length === 0 ? [quicker] : [`${quicker}; these take that many times as long:`, ...items];
}

const figureAt = (figure: string, conditions: string): string =>
  conditions === '' ? figure : `${figure} (${conditions})`;
