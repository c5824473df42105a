import { tableOf } from './markdown.ts';
import { accountsInWords, concurrenciesOf, type Stage } from './stage.ts';

/** All that was measured of requests, in a table for each concurrency, each of which a reader opens. */
export function figureTables({ accounts, measured, calls }: Stage): string {
  const tables = concurrenciesOf(measured).map((concurrency) => {
    const rows = measured
      .filter((one) => one.concurrency === concurrency)
      .map((one) => [
        one.operation,
        one.contestant,
        one.p50Ms.toFixed(1),
        one.p95Ms.toFixed(1),
        one.p99Ms.toFixed(1),
        one.perSecond.toFixed(0),
        one.contestant === 'service' ? (calls.get(one.operation) ?? '') : '',
      ]);
    const table = tableOf(
      [
        ['operation', 'left'],
        ['by', 'left'],
        ['p50 ms', 'right'],
        ['p95 ms', 'right'],
        ['p99 ms', 'right'],
        ['per second', 'right'],
        ['calls to Keycloak', 'right'],
      ],
      rows,
    );
    const title = `${accountsInWords(accounts)}, concurrency ${concurrency}`;
    return `<details>\n<summary>${title}</summary>\n\n${table}\n\n</details>`;
  });
  return tables.join('\n\n');
}

/** What goes on beside requests, among few accounts and among many. */
export function backgroundTable(stages: readonly Stage[]): string {
  const rows = stages.flatMap(({ accounts, background }) =>
    background.map(({ what, seconds, calls, peakMb }) => [
      what,
      accounts.toLocaleString('en'),
      seconds.toFixed(1),
      calls ?? '',
      peakMb?.toFixed(0) ?? '',
    ]),
  );
  return tableOf(
    [
      ['what', 'left'],
      ['accounts', 'right'],
      ['seconds', 'right'],
      ['calls to Keycloak', 'right'],
      ['MB at its largest', 'right'],
    ],
    rows,
  );
}
