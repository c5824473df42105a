import { clientAttributes, keycloakSecretAttributes, names } from '../../../src/names.ts';
import { type AccountState, never, none } from '../account-model.ts';
import type { PostgreSql } from '../postgresql.ts';

/** An account as the database has it, past every cache, and what is wrong with it whatever was asked for. */
export interface Truth {
  readonly state: AccountState;
  readonly faults: readonly string[];
}

interface Row {
  readonly id: string;
  readonly enabled: boolean;
  readonly secret: string;
  readonly not_before: number | null;
  readonly attributes: Readonly<Record<string, string>> | null;
  readonly roles: readonly string[];
}

const gone: AccountState = {
  exists: false,
  description: '',
  roles: [],
  active: false,
  secret: '',
  previousSecret: none,
  tokensRevokedBefore: never,
};

/** The accounts of these ids; one that is not there does not exist. */
export async function readTruth(
  database: Pick<PostgreSql, 'query'>,
  apiClientUuid: string,
  ids: readonly string[],
): Promise<Map<string, Truth>> {
  const rows = await database.query<Row>(`
    select c.id, c.enabled, c.secret, c.not_before,
      (select json_object_agg(a.name, a.value) from client_attributes a where a.client_id = c.id) as attributes,
      (select coalesce(json_agg(r.name), '[]') from user_entity u
        join user_role_mapping m on m.user_id = u.id join keycloak_role r on r.id = m.role_id
        where u.service_account_client_link = c.id and r.client = '${apiClientUuid}') as roles
    from client c where c.id in (${ids.map((id) => `'${id}'`).join(', ')})`);
  const found = new Map(rows.map((row) => [row.id, truthOf(row)]));
  return new Map(ids.map((id) => [id, found.get(id) ?? { state: gone, faults: [] }]));
}

function truthOf({ enabled, secret, not_before: notBefore, attributes, roles }: Row): Truth {
  const mapped = [...roles].sort();
  const held = attributes ?? {};
  const state = {
    exists: true,
    description: held[clientAttributes.description] ?? '',
    roles: mapped,
    active: enabled,
    secret,
    previousSecret: held[keycloakSecretAttributes.rotated] ?? none,
    tokensRevokedBefore: notBefore ? new Date(notBefore * 1000).toISOString() : never,
  };
  const mode = held[clientAttributes.mode];
  const mirrored =
    mode === 'admin' || mode === 'agent'
      ? [names.modeRoles[mode]]
      : (held[clientAttributes.permissions] ?? '').split(' ').filter(Boolean).sort();
  const isTrue = String(mirrored) === String(mapped);
  return { state, faults: isTrue ? [] : [`mirror says ${mirrored}, mapped is ${mapped}`] };
}
