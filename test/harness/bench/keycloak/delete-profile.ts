import { rmSync } from 'node:fs';
import { logFile } from '../../../../dev/paths.ts';
import { runJdk } from './java-process.ts';
import { timeRequests } from './load.ts';
import { markdownTable } from './tables.ts';
import type { Workbench } from './workbench.ts';

interface Recording {
  readonly recording: {
    readonly events: readonly {
      readonly values: {
        readonly stackTrace?: {
          readonly frames: readonly { readonly method: { type: { name: string }; name: string } }[];
        };
      };
    }[];
  };
}

const deletes = 100;
const mostRows = 8;
const packages = /^org[./](?:keycloak|infinispan|hibernate|postgresql)[./]/;
/** Below these is every request, whatever it does. */
const everywhere = /quarkus|services[./](?:resources|filters)|ServerInit|resteasy/;

/**
 * Deletes accounts and samples what Keycloak's Java does meanwhile.
 * @returns a table of the methods in which the most samples were, the methods that they call included
 */
export async function profileDeletes(workbench: Workbench): Promise<string> {
  const { keycloak } = workbench;
  const pid = String(keycloak.javaPid());
  const file = logFile(`bench-deletes-${process.pid}`).replace(/log$/, 'jfr');
  try {
    await runJdk(keycloak, 'jcmd', [pid, 'JFR.start', 'name=deletes', 'settings=profile']);
    await timeRequests(deletes, 1, workbench.delete);
    await runJdk(keycloak, 'jcmd', [pid, 'JFR.stop', 'name=deletes', `filename=${file}`]);
    const json = await runJdk(keycloak, 'jfr', [
      'print',
      '--json',
      '--stack-depth',
      '128',
      '--events',
      'jdk.ExecutionSample',
      file,
    ]);
    return tableOf(JSON.parse(json));
  } finally {
    rmSync(file, { force: true });
  }
}

function tableOf({ recording }: Recording): string {
  const stacks = recording.events.map(({ values }) =>
    (values.stackTrace?.frames ?? []).map(
      ({ method }) => `${method.type.name.replaceAll('/', '.')}.${method.name}`,
    ),
  );
  const counts = new Map<string, number>();
  for (const stack of stacks) {
    const methods = stack.filter((method) => packages.test(method) && !everywhere.test(method));
    for (const method of new Set(methods)) counts.set(method, (counts.get(method) ?? 0) + 1);
  }
  const rows = [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, mostRows)
    .map(([method, count]) => [
      `\`${method.split('.').slice(-2).join('.')}\``,
      `${((count * 100) / stacks.length).toFixed(0)}%`,
    ]);
  return markdownTable([`method, of ${stacks.length} samples`, 'share'], rows);
}
