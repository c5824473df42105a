import { randomBytes, randomUUID } from 'node:crypto';
import { roleOfUsername } from '../../../src/keycloak/accounts/usernames.ts';
import { clientAttributes, names, usernameRoleAttributes } from '../../../src/names.ts';
import { createClientId } from '../../../src/service-accounts/client-id.ts';
import type { PostgreSql } from '../postgresql.ts';

export interface Filling {
  /** An account that the service made; each new one is like it. */
  readonly templateId: string;
  /** How many accounts are added. */
  readonly count: number;
  /** Whose they are, in turn. */
  readonly tenants: readonly string[];
  readonly realm: string;
}

const day = 86_400_000;

/**
 * Copies an account that the service made, with everything that belongs to it in Keycloak: its client with attributes and
 * scopes, its user with roles, its tenant's role and its username's reservation. This is done in the database, because
 * creating 100,000 accounts takes Keycloak the better part of an hour. Names, ids and times differ, as they do in real
 * accounts; `checkCopy` compares a copy with the account that it was made from.
 * @returns the ids of the new accounts' clients
 */
export async function fillWithAccounts(database: PostgreSql, filling: Filling): Promise<string[]> {
  const { templateId, count, tenants, realm } = filling;
  const rows = Array.from({ length: count }, (_, index) => {
    const tenant = tenants[index % tenants.length] ?? '';
    const username = `integration-${index}-${randomBytes(3).toString('hex')}`;
    const at = Date.now() - Math.floor(((count - index) * 365 * day) / count);
    return {
      clientUuid: randomUUID(),
      userId: randomUUID(),
      roleId: randomUUID(),
      tenant,
      username,
      clientId: createClientId(at),
      role: roleOfUsername(tenant, username),
      at: new Date(at).toISOString(),
    };
  });
  const lines = rows.map((row) => Object.values(row).join('\t')).join('\n');
  const attribute = clientAttributes;
  await database.execute(`
begin;
create temporary table filling (
  client_uuid text, user_id text, role_id text, tenant text, username text, client_id text, role text, at text
) on commit drop;
copy filling from stdin;
${lines}
\\.
create temporary table template on commit drop as
  select c.*, u.id as user_id from client c join user_entity u on u.service_account_client_link = c.id
  where c.id = '${templateId}';

insert into keycloak_role (id, client_realm_constraint, client_role, description, name, realm_id, client)
  select gen_random_uuid(), c.id, true, '', tenant, c.realm_id, c.id
  from (select distinct tenant from filling) f, client c join realm r on r.id = c.realm_id
  where r.name = '${realm}' and c.client_id = '${names.tenantsClient}'
  on conflict do nothing;
insert into keycloak_role (id, client_realm_constraint, client_role, description, name, realm_id, client)
  select role_id, c.id, true, '', f.role, c.realm_id, c.id
  from filling f, client c join realm r on r.id = c.realm_id
  where r.name = '${realm}' and c.client_id = '${names.usernamesClient}';
insert into role_attribute (id, role_id, name, value)
  select gen_random_uuid(), role_id, a.name, a.value from filling,
  lateral (values ('${usernameRoleAttributes.account}', client_uuid), ('${usernameRoleAttributes.reservedAt}', at)) a (name, value);

insert into client (${clientColumns.join(', ')})
  select ${select('t', clientColumns, {
    id: 'f.client_uuid',
    client_id: 'f.client_id',
    name: "f.tenant || ' / ' || f.username",
    secret: "replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')",
  })} from filling f, template t;
insert into client_attributes (client_id, name, value)
  select f.client_uuid, a.name, case a.name
    when '${attribute.tenant}' then f.tenant
    when '${attribute.username}' then f.username
    when '${attribute.createdAt}' then f.at
    when '${attribute.updatedAt}' then f.at
    when '${attribute.secretCreatedAt}' then f.at
    else a.value end
  from filling f, client_attributes a where a.client_id = '${templateId}';
insert into client_scope_client (client_id, scope_id, default_scope)
  select f.client_uuid, s.scope_id, s.default_scope
  from filling f, client_scope_client s where s.client_id = '${templateId}';
insert into user_entity (${userColumns.join(', ')})
  select ${select('u', userColumns, {
    id: 'f.user_id',
    username: "'service-account-' || f.client_id",
    email_constraint: 'f.user_id',
    service_account_client_link: 'f.client_uuid',
  })} from filling f, template t join user_entity u on u.id = t.user_id;

create temporary table tenant_role on commit drop as
  select role.id, role.name from keycloak_role role join client c on c.id = role.client join realm r on r.id = c.realm_id
  where r.name = '${realm}' and c.client_id = '${names.tenantsClient}';
insert into user_role_mapping (user_id, role_id)
  select f.user_id, m.role_id from filling f, template t join user_role_mapping m on m.user_id = t.user_id
  where m.role_id not in (select id from tenant_role);
insert into user_role_mapping (user_id, role_id)
  select f.user_id, role.id from filling f join tenant_role role on role.name = f.tenant;
insert into scope_mapping (client_id, role_id)
  select f.client_uuid, role.id from filling f join tenant_role role on role.name = f.tenant;
commit;
analyze;
`);
  return rows.map(({ clientUuid }) => clientUuid);
}

/** All that Keycloak 26.7 keeps of a client, and of the user behind it. */
const clientColumns =
  `id enabled full_scope_allowed client_id not_before public_client secret base_url bearer_only
  management_url surrogate_auth_required realm_id protocol node_rereg_timeout frontchannel_logout consent_required name
  service_accounts_enabled client_authenticator_type root_url description registration_token standard_flow_enabled
  implicit_flow_enabled direct_access_grants_enabled always_display_in_console created_timestamp
  last_modified_timestamp`.split(/\s+/);
const userColumns =
  `id email email_constraint email_verified enabled federation_link first_name last_name realm_id username
  created_timestamp service_account_client_link not_before last_modified_timestamp`.split(/\s+/);

/** Columns of a table in their order, some of them replaced by an expression. */
const select = (
  table: string,
  columns: readonly string[],
  replaced: Readonly<Record<string, string>>,
): string => columns.map((column) => replaced[column] ?? `${table}.${column}`).join(', ');
