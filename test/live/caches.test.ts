import { beforeAll, expect, inject, it } from 'vitest';
import { root } from '../../dev/paths.ts';
import { type TestRealm, testRealm } from '../provisioning/test-realm.ts';
import { runCommand } from '../support/run-command.ts';

let realm: TestRealm;
beforeAll(async () => {
  realm = await testRealm(inject('keycloak'), 'caches');
  await realm.provision();
});

/** Runs `npm run caches` as the operator does. */
const caches = (env: Record<string, string>) =>
  runCommand(process.execPath, ['src/commands/caches.ts', realm.url], { cwd: root, env });

it('npm run caches clears the caches of a real Keycloak', async () => {
  expect(await caches(realm.env)).toEqual({ code: 0, output: `${realm.url}: clear\n` });
});

it('npm run caches is refused to everybody but the operator', async () => {
  const { code, output } = await caches({ ...realm.env, KEYCLOAK_ADMIN_PASSWORD: 'another-password' });
  expect(code).toBe(2);
  expect(output).toContain("Keycloak refused the operator's credential");
});
