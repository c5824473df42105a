import { connectAsOperator } from '../src/keycloak/provisioning/connect-as-operator.ts';
import { readPermissionFile } from '../src/keycloak/provisioning/permission-file.ts';
import { provisionRealm } from '../src/keycloak/provisioning/provision-realm.ts';
import { readSettings } from '../src/keycloak/provisioning/settings.ts';
import { steps } from '../src/keycloak/provisioning/steps.ts';
import { loadDemoData } from './demo-data.ts';
import { main } from './problem.ts';

// What compose's demo profile runs after provisioning, with the same environment.
await main(async () => {
  const settings = readSettings(process.env);
  const keycloak = connectAsOperator(settings);
  const { clientIsNew } = await loadDemoData({ keycloak, publicUrl: settings.publicUrl });
  // Clients that came since provisioning are within the service's reach until it runs again.
  if (clientIsNew) {
    const permissionFile = await readPermissionFile(settings.catalogueFile);
    const target = { keycloak, permissionFile, ...settings };
    await provisionRealm(steps, target, (line) => console.log(line));
  }
  console.log('The demo people are there: password demo, on this machine alone.');
  return 0;
});
