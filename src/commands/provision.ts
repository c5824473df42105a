import { appointOperator } from '../keycloak/provisioning/appoint-operator.ts';
import { checkRealm } from '../keycloak/provisioning/check-realm.ts';
import { connectAsOperator } from '../keycloak/provisioning/connect-as-operator.ts';
import { explainFailure } from '../keycloak/provisioning/explain-failure.ts';
import { readPermissionFile } from '../keycloak/provisioning/permission-file.ts';
import { provisionRealm } from '../keycloak/provisioning/provision-realm.ts';
import { type ProvisioningSettings, readSettings } from '../keycloak/provisioning/settings.ts';
import { steps } from '../keycloak/provisioning/steps.ts';
import { progressLine } from './progress-line.ts';
import { readArguments } from './read-arguments.ts';

const usage = `Brings a Keycloak realm to the state that the service needs.

  npm run provision             creates what is missing and repairs what differs
  npm run provision -- --check  changes nothing and lists what differs

It acts as the operator that KEYCLOAK_ADMIN_USERNAME and KEYCLOAK_ADMIN_PASSWORD name, or as a client
(docs/configuration.md). Exit code 0: everything is as it should be; 1: something differs, or a person has to decide; 2: it
could not be done.`;

const progress = progressLine(process.stderr);
const print = (line: string) => {
  progress.clear();
  console.log(line);
};

async function main(isCheck: boolean): Promise<number> {
  let settings: ProvisioningSettings | undefined;
  try {
    settings = readSettings(process.env);
    const target = {
      keycloak: connectAsOperator(settings),
      realm: settings.realm,
      permissionFile: await readPermissionFile(settings.catalogueFile),
      serviceClientKeys: settings.serviceClientKeys,
      serviceClientSecret: settings.serviceClientSecret,
      frontendRedirectUris: settings.frontendRedirectUris,
      onProgress: progress.show,
    };
    if (isCheck) {
      const { differences, findings, unchanged } = await checkRealm(steps, target, print);
      print(
        `realm ${settings.realm}: ${differences} differences, ${findings.length} findings, ${unchanged} as they should be`,
      );
      return differences + findings.length > 0 ? 1 : 0;
    }
    await appointOperator(settings, target, print);
    const { counts, findings } = await provisionRealm(steps, target, print);
    const summary = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    print(`realm ${settings.realm}: ${summary.join(', ')}`);
    return findings.some(({ blocking }) => blocking) ? 1 : 0;
  } catch (error) {
    progress.clear();
    console.error(explainFailure(error, settings?.keycloakUrl));
    return 2;
  }
}

const parsed = readArguments({ options: { check: { type: 'boolean', default: false } } }, usage);
if (parsed !== undefined) process.exitCode = await main(parsed.values.check);
