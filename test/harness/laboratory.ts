import { liveRealm, type PersonName } from '../support/live-realm.ts';
import { startKeycloak } from './keycloak.ts';
import { startPostgreSql } from './postgresql.ts';

const renewTokenAfterMs = 120_000;

/** A Keycloak on a PostgreSQL of its own, with a provisioned realm and people of two tenants. */
export async function openLaboratory(prefix: string) {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await startPostgreSql());
  const keycloak = opened.use(await startKeycloak(database));
  const realm = await liveRealm(prefix, keycloak);
  const tokens = new Map<PersonName, { value: string; at: number }>();
  const everything = opened.move();

  return {
    database,
    keycloak,
    realm,
    /** A person's access token with some minutes of life. */
    async token(person: PersonName = 'admin'): Promise<string> {
      const known = tokens.get(person);
      if (known && Date.now() - known.at < renewTokenAfterMs) return known.value;
      const { access_token: value } = await realm.signIn(person, 'openid');
      if (value === undefined) throw new Error(`${person} could not sign in`);
      tokens.set(person, { value, at: Date.now() });
      return value;
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

export type Laboratory = Awaited<ReturnType<typeof openLaboratory>>;
