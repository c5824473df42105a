import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commands } from '../../dev/commands.mjs';
import { root } from '../../dev/paths.ts';
import { main } from '../../dev/problem.ts';
import { freePort } from '../support/free-port.ts';
import { measureAlone } from './bench/alone.ts';
import { measureBackground } from './bench/background.ts';
import { countCalls } from './bench/calls.ts';
import { checkCopy } from './bench/check-copy.ts';
import { type Contestant, grantedPermissions, measuredTenant, operations } from './bench/contestant.ts';
import { fillWithAccounts } from './bench/fill.ts';
import { openFloor } from './bench/floor.ts';
import { footprintOf } from './bench/footprint.ts';
import { measureKeycloak } from './bench/keycloak/run.ts';
import { fullSize, quickSize } from './bench/keycloak/size.ts';
import { measureLists } from './bench/lists.ts';
import { type Measured, measureInTurns } from './bench/measure.ts';
import { overHttp } from './bench/over-http.ts';
import { plotsOf } from './bench/plots.ts';
import { makeRealmAdmin } from './bench/realm-admin.ts';
import { reportOf } from './bench/report.ts';
import { startServer } from './bench/server.ts';
import { theService } from './bench/service.ts';
import type { Stage } from './bench/stage.ts';
import { subjectsFrom } from './bench/subjects.ts';
import { targetLines } from './bench/target-tables.ts';
import { aloneVerdicts, growthVerdicts, listVerdicts, verdictsOf } from './bench/verdicts.ts';
import { writeReport } from './bench/write-report.ts';
import { openLaboratory } from './laboratory.ts';
import { startReplica } from './replica.ts';

const quick = { many: 0, concurrencies: [1, 8], turns: 2, perTurn: 30, warmUp: 60 };
const full = { many: 100_000, concurrencies: [1, 8, 32], turns: 4, perTurn: 50, warmUp: 200 };
/** Accounts of the measured tenant, so that no two operations at the same time meet on one. */
const ownAccounts = 400;
const accountsOfOtherTenants = 100;

// The guards of what was started end it when this process goes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

await main(async () => {
  const { values } = parseArgs({ options: commands.bench.options });
  if (values.keycloak) {
    const keycloakSize = values.quick ? quickSize : fullSize;
    const accounts = Number(values.accounts ?? keycloakSize.accounts);
    await measureKeycloak({ ...keycloakSize, accounts }, values.only ?? [], !values.quick);
    return 0;
  }
  const size = values.quick ? quick : full;

  await using opened = new AsyncDisposableStack();
  const laboratory = opened.use(await openLaboratory('bench'));
  const { realm, database } = laboratory;
  const metricsPort = await freePort();
  const replicaEnv = { METRICS_PORT: String(metricsPort) };
  const replica = opened.use(await startReplica(laboratory, 'bench', { env: replicaEnv }));
  const template = await replica.request({
    method: 'POST',
    body: { username: 'template', mode: 'custom', permissions: grantedPermissions },
  });
  const fill = (count: number, tenants: readonly string[]) =>
    fillWithAccounts(database, { templateId: template.body.id, count, tenants, realm: realm.name });

  const env = {
    KEYCLOAK_URL: realm.url,
    KEYCLOAK_REALM: realm.name,
    KEYCLOAK_CLIENT_SECRET: realm.secret,
  };
  const token = () => laboratory.token();
  const floor = opened.use(await openFloor({ url: realm.url, realm: realm.name, secret: realm.secret }));
  const service = theService(replica);
  const contestants: Contestant[] = [floor, service];
  for (const name of ['forwarder', 'wrapper'] as const) {
    const server = opened.use(await startServer(name, env));
    contestants.push(opened.use(overHttp(name, server.url, token)));
  }

  const filled = await fill(ownAccounts, [measuredTenant]);
  await checkCopy(realm, template.body.id, filled[0] ?? '');
  const subjects = subjectsFrom(filled, contestants);
  console.log('Warming up…');
  for (const operation of operations) {
    // One turn, which does not count.
    await measureInTurns(
      contestants,
      { operation, concurrency: 8, turns: 0, perTurn: size.warmUp },
      subjects,
    );
  }
  const realmAdmin = await makeRealmAdmin(realm);
  const before = footprintOf(replica.pid);
  const stages = [await runStage(ownAccounts, [])];
  if (size.many > 0) {
    console.log(`Adding ${size.many} accounts…`);
    const tenants = Array.from(
      { length: Math.ceil(size.many / accountsOfOtherTenants) },
      (_, index) => `tenant-${index}`,
    );
    await fill(size.many, tenants);
    stages.push(await runStage(ownAccounts + size.many, tenants));
  }
  const after = footprintOf(replica.pid);

  async function runStage(accounts: number, tenants: readonly string[]): Promise<Stage> {
    const measured: Measured[] = [];
    for (const concurrency of size.concurrencies) {
      for (const operation of operations) {
        const plan = { operation, concurrency, turns: size.turns, perTurn: size.perTurn };
        const results = await measureInTurns(contestants, plan, subjects);
        measured.push(...results);
        const p50 = results.map(({ contestant, p50Ms }) => `${contestant} ${p50Ms.toFixed(1)}`).join(', ');
        console.log(`${operation}, concurrency ${concurrency}, p50 in ms: ${p50}`);
      }
    }
    const calls = await countCalls(`http://127.0.0.1:${metricsPort}/metrics`, service, subjects);
    console.log('What goes on beside requests…');
    const lists = await measureLists(realm, realmAdmin, tenants);
    return { accounts, measured, calls, lists, background: await measureBackground(laboratory, tenants) };
  }

  const requests = stages
    .flatMap(({ measured }) => measured)
    .reduce((sum, { contestant, count }) => sum + (contestant === 'service' ? count : 0), 0);
  const verdicts = [...stages.flatMap(verdictsOf), ...listVerdicts(stages)];
  const [few, many] = stages;
  if (few !== undefined && many !== undefined) verdicts.push(...growthVerdicts(few.measured, many.measured));
  const footprint = { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakMb: after.peakMb, requests };
  console.log('The service alone, against a Keycloak that answers at once…');
  verdicts.push(...aloneVerdicts(await measureAlone(laboratory, filled[0] ?? '')));
  const plots = values.quick ? [] : await plotsOf(stages);
  const report = reportOf(stages, verdicts, footprint, plots);
  console.log(`\n${report}\n${targetLines(verdicts)}`);
  if (!values.quick) writeReport(join(root, 'docs'), report, plots);
  return 0;
});
