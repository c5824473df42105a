import { describe, expect, inject, test } from 'vitest';
import { root } from '../../dev/paths.ts';
import type { Comparison } from '../../src/keycloak/provisioning/comparison.ts';
import { provisionRealm } from '../../src/keycloak/provisioning/provision-realm.ts';
import type { Target } from '../../src/keycloak/provisioning/step.ts';
import { steps } from '../../src/keycloak/provisioning/steps.ts';
import { names } from '../../src/names.ts';
import { testRealm } from '../provisioning/test-realm.ts';
import { runCommand } from '../support/run-command.ts';

/** Runs the command as an operator does. */
const command = (env: Record<string, string>, ...args: string[]) =>
  runCommand(process.execPath, ['src/commands/provision.ts', ...args], { cwd: root, env });

describe('on an empty Keycloak', () => {
  test('the command makes the realm, a second run changes nothing, and the check is clean', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-empty');

    const before = await command(realm.env, '--check');
    expect(before.code).toBe(1);
    expect(before.output).toContain(`realm ${realm.name}: missing`);
    expect((await realm.admin('GET', '')).status).toBe(404);

    const first = await command(realm.env);
    expect(first.code, first.output).toBe(0);
    expect(first.output).toContain(`created    realm ${realm.name}\n`);

    const second = await command(realm.env);
    expect(second.code, second.output).toBe(0);
    expect(second.output).toMatch(/^realm \S+: 0 created, 0 updated, 0 removed, \d+ unchanged\n$/);

    const after = await command(realm.env, '--check');
    expect(after.code, after.output).toBe(0);
    for (const { output } of [before, first, second, after]) expect(output).not.toContain(realm.secret);
  });

  test('the realm signs with ES256 by a key of its own, and its master secret is the one that was given', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-new');
    await realm.provision();
    const { body } = await realm.admin('GET', '');
    expect(body).toMatchObject({
      defaultSignatureAlgorithm: 'ES256',
      adminPermissionsEnabled: true,
      eventsEnabled: true,
    });
    const keys = (await realm.admin('GET', '/keys')).body;
    expect(keys.active.ES256).toBeTypeOf('string');
    await expect(realm.asService()).resolves.toBeTypeOf('function');
  });

  test('the realm stores which token requests failed, and no row for each token', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-events');
    await realm.provision();
    await realm.asService();
    const tokenUrl = `${realm.url}/realms/${realm.name}/protocol/openid-connect/token`;
    const credential = { client_id: names.serviceClient, client_secret: 'wrong' };
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...credential });
    expect((await fetch(tokenUrl, { method: 'POST', body })).status).toBe(401);
    const { body: events } = await realm.admin('GET', '/events?max=10');
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['CLIENT_LOGIN_ERROR']);
  });
});

test('a run that died at any point is finished by the next one', async () => {
  const realm = await testRealm(inject('keycloak'), 'prov-dead');
  class Died extends Error {}
  let finished = false;
  for (let allowed = 0; !finished; allowed += 7) {
    let left = allowed;
    const mayDie = (comparison: Comparison): Comparison => {
      if (comparison.outcome !== 'difference') return comparison;
      const apply = async () => {
        left -= 1;
        if (left < 0) throw new Died();
        await comparison.apply();
      };
      return { ...comparison, apply };
    };
    const dying = steps.map((step) => ({
      ...step,
      async *compare(target: Target) {
        for await (const comparison of step.compare(target)) yield mayDie(comparison);
      },
    }));
    finished = await provisionRealm(dying, realm.target, () => {}).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Died) return false;
        throw error;
      },
    );
  }
  expect((await realm.check()).lines).toEqual([]);
});

test('runs side by side all end well and leave one of everything', async () => {
  const realm = await testRealm(inject('keycloak'), 'prov-race');
  const outcomes = await Promise.allSettled([realm.provision(), realm.provision(), realm.provision()]);
  expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : 'well'))).toEqual(
    Array.from(outcomes, () => 'well'),
  );
  expect((await realm.check()).lines).toEqual([]);
  const providers = (await realm.admin('GET', '/components?type=org.keycloak.keys.KeyProvider')).body;
  expect(
    providers.filter(({ providerId }: { providerId: string }) => providerId === 'ecdsa-generated'),
  ).toHaveLength(1);
});

describe('without KEYCLOAK_CLIENT_SECRET', () => {
  const withoutSecret: Partial<Target> = { serviceClientSecret: undefined };

  test('a first run refuses before it changes anything', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-nosecret');
    const { findings } = await realm.provision(withoutSecret);
    expect(findings).toMatchObject([
      { blocking: true, message: expect.stringContaining('KEYCLOAK_CLIENT_SECRET') },
    ]);
    expect((await realm.admin('GET', '')).status).toBe(404);
  });

  test('a later run leaves the secret as it is', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-keep');
    await realm.provision();
    await realm.provision(withoutSecret);
    expect((await realm.check(withoutSecret)).lines).toEqual([]);
    await expect(realm.asService()).resolves.toBeTypeOf('function');
  });
});

describe('the command says what is wrong and exits with 2', () => {
  test('when Keycloak does not answer', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-down');
    const { code, output } = await command({ ...realm.env, KEYCLOAK_URL: 'http://127.0.0.1:9' }, '--check');
    expect(code).toBe(2);
    expect(output).toContain("Can't reach Keycloak at http://127.0.0.1:9");
  });

  test('when the credential is refused', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-wrong');
    const { code, output } = await command({ ...realm.env, KEYCLOAK_ADMIN_PASSWORD: 'not the password' });
    expect(code).toBe(2);
    expect(output).toContain("refused the operator's credential");
    expect(output).not.toContain('not the password');
  });

  test('when the operator lacks the rights', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-weak');
    await realm.provision();
    // The service's own credential is the weakest that there is.
    const { KEYCLOAK_ADMIN_USERNAME: _, KEYCLOAK_ADMIN_PASSWORD: __, ...rest } = realm.env;
    const { code, output } = await command({
      ...rest,
      KEYCLOAK_ADMIN_REALM: realm.name,
      KEYCLOAK_ADMIN_CLIENT_ID: names.serviceClient,
      KEYCLOAK_ADMIN_CLIENT_SECRET: realm.secret,
    });
    expect(code).toBe(2);
    expect(output).toMatch(/The operator is not allowed to use \/admin\/realms\/\S+ \(403\)/);
  });

  test('when the environment is not complete', async () => {
    const { code, output } = await command({ KEYCLOAK_URL: 'keycloak:8080' });
    expect(code).toBe(2);
    expect(output).toContain('KEYCLOAK_URL: has to be an http or https URL');
  });
});
