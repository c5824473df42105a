import { version } from '../../dev/keycloak/settings.ts';
import { liveRealm, type PersonName } from '../support/live-realm.ts';
import { startKeycloak } from './keycloak.ts';
import { startPostgreSql } from './postgresql.ts';

const renewTokenAfterMs = 120_000;

/**
 * A Keycloak on a PostgreSQL of its own, with a provisioned realm and people of two tenants.
 * @param databaseSettings settings of PostgreSQL's own, such as `work_mem=8MB`
 */
export async function openLaboratory(prefix: string, databaseSettings: readonly string[] = []) {
  await using opened = new AsyncDisposableStack();
  // Making its tables takes Keycloak longer than all else that is done here.
  const database = opened.use(await startPostgreSql(`keycloak-${version}`, databaseSettings));
  const keycloak = opened.use(await startKeycloak(database));
  if (!database.isKept()) {
    await keycloak.kill();
    await database.keep();
    await keycloak.start();
  }
  const tested = await openRealm(prefix, keycloak);
  const everything = opened.move();

  return {
    database,
    keycloak,
    ...tested,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

export type Laboratory = Awaited<ReturnType<typeof openLaboratory>>;

/** A provisioned realm in a Keycloak, and access tokens of its people. */
export async function openRealm(prefix: string, keycloak: Parameters<typeof liveRealm>[1]) {
  const realm = await liveRealm(prefix, keycloak);
  const tokens = new Map<PersonName, { value: string; at: number }>();
  return {
    realm,
    /** Makes the next tokens new ones, so that none has to be renewed while a node stands still. */
    forgetTokens: (): void => tokens.clear(),
    /** A person's access token with some minutes of life. */
    async token(person: PersonName = 'admin'): Promise<string> {
      const known = tokens.get(person);
      if (known && Date.now() - known.at < renewTokenAfterMs) return known.value;
      // One that is a little old will do while Keycloak is down.
      const signedIn = await realm.signIn(person, 'openid').catch(() => undefined);
      const value = signedIn?.access_token ?? known?.value;
      if (value === undefined) throw new Error(`${person} could not sign in`);
      if (signedIn?.access_token === undefined) return value;
      tokens.set(person, { value, at: Date.now() });
      return value;
    },
  };
}

export type TestedRealm = Awaited<ReturnType<typeof openRealm>>;
