import { afterAll, beforeAll, inject } from 'vitest';
import { connectKeycloak, type KeycloakConnection } from '../../src/keycloak/connect.ts';
import { names } from '../../src/names.ts';
import { describeGateway } from '../contract/gateway.ts';
import { type TestRealm, testRealm } from '../provisioning/test-realm.ts';

let realm: TestRealm;
let connection: KeycloakConnection;

beforeAll(async () => {
  realm = await testRealm(inject('keycloak'), 'gateway');
  await realm.provision();
  connection = connectKeycloak(
    {
      internalUrl: realm.url,
      realm: realm.name,
      clientId: names.serviceClient,
      issuer: `${realm.url}/realms/${realm.name}`,
      credential: { secret: realm.secret },
      callTimeoutMs: 10_000,
    },
    () => undefined,
  );
});
afterAll(() => connection.close());

describeGateway("Keycloak, with the service's own permissions", () => connection.connectGateway);
