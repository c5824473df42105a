import { parseArgs } from 'node:util';
import { appointOperator } from '../keycloak/provisioning/appoint-operator.ts';
import { loadCatalogue } from '../keycloak/provisioning/catalogue.ts';
import { explainFailure } from '../keycloak/provisioning/failures.ts';
import { connectAsOperator } from '../keycloak/provisioning/operator.ts';
import { apply, check } from '../keycloak/provisioning/run.ts';
import { type ProvisioningSettings, readSettings } from '../keycloak/provisioning/settings.ts';
import { steps } from '../keycloak/provisioning/steps.ts';

const usage = `Brings a Keycloak realm to the state that the service needs.

  npm run provision             makes what is missing, mends what differs
  npm run provision -- --check  changes nothing, lists what differs

Exit code 0: all is as it should be; 1: something differs or needs a person; 2: it could not be done.`;

const print = (line: string) => console.log(line);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    print(usage);
    return 0;
  }
  let settings: ProvisioningSettings | undefined;
  try {
    settings = readSettings(process.env);
    const target = {
      keycloak: connectAsOperator(settings),
      realm: settings.realm,
      catalogue: await loadCatalogue(settings.catalogueFile),
      serviceClientKeys: settings.serviceClientKeys,
      serviceClientSecret: settings.serviceClientSecret,
      frontendRedirectUris: settings.frontendRedirectUris,
    };
    if (!values.check) await appointOperator(settings, target, print);
    if (values.check) {
      const { differences, findings, counts } = await check(steps, target, print);
      print(
        `realm ${settings.realm}: ${differences} differences, ${findings.length} findings, ${counts.unchanged} as they should be`,
      );
      return differences + findings.length > 0 ? 1 : 0;
    }
    const { counts, findings } = await apply(steps, target, print);
    const summary = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    print(`realm ${settings.realm}: ${summary.join(', ')}`);
    return findings.some(({ blocking }) => blocking) ? 1 : 0;
  } catch (error) {
    console.error(explainFailure(error, settings?.keycloakUrl));
    return 2;
  }
}

process.exitCode = await main();
