import { expect, inject, it } from 'vitest';
import { root } from '../../dev/paths.ts';
import { testRealm } from '../provisioning/test-realm.ts';
import { runCommand } from '../support/run-command.ts';

it('npm run caches clears the caches of a real Keycloak, as the operator alone', async () => {
  const realm = await testRealm(inject('keycloak'), 'caches');
  await realm.provision();
  const run = (env: Record<string, string>) =>
    runCommand(process.execPath, ['src/commands/caches.ts', realm.url], { cwd: root, env });
  expect(await run(realm.env)).toEqual({ code: 0, output: `${realm.url}: clear\n` });
  const stranger = await run({ ...realm.env, KEYCLOAK_ADMIN_PASSWORD: 'another-password' });
  expect(stranger.code).toBe(2);
  expect(stranger.output).toContain("Keycloak refused the operator's credential");
});
