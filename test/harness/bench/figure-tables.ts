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

/** What the call behind a list takes Keycloak itself, by whose credential it is made. */
export function listsTable(stages: readonly Stage[]): string {
  const rows = stages.flatMap(({ accounts, lists: { hot, cold } }) =>
    [
      ['asked for all the time', hot] as const,
      ...(cold === undefined ? [] : [['each of another tenant, not asked for before', cold] as const]),
    ].map(([what, ms]) => [
      what,
      accounts.toLocaleString('en'),
      ms.service.toFixed(1),
      ms['realm-admin'].toFixed(1),
    ]),
  );
  return tableOf(
    [
      ['a list of 20', 'left'],
      ['accounts', 'right'],
      ['as the service, p50 ms', 'right'],
      ['as a realm administrator, p50 ms', 'right'],
    ],
    rows,
  );
}
