/**
 * The names under which this product lives in a Keycloak realm. Provisioning makes them, the running service
 * looks them up, and nothing else may spell them out.
 */
export const names = {
  /** The resource server: one client role for each permission and mode; the `aud` of every token. */
  apiClient: 'orki-api',
  /** One client role for each tenant; mapped to a service account's user, it becomes its `tenant_id` claim. */
  tenantsClient: 'orki-tenants',
  /** One client role for each username taken: Keycloak's unique role names decide who gets one. */
  usernamesClient: 'orki-usernames',
  /** One client role for each change that may be under way: Keycloak's unique role names make it a lock. */
  locksClient: 'orki-locks',
  /** A client that opens nothing, by which the service finds out whether Keycloak keeps two secrets and ends them. */
  rotationProbeClient: 'orki-rotation-probe',
  /** The running service's own confidential client. */
  serviceClient: 'orki-service-accounts',
  /** The public client with which people sign in (authorization code with PKCE). */
  frontendClient: 'orki-frontend',
  /** The public client with which people sign in at the command line, by their browser. */
  commandLineClient: 'orki-cli',
  /** The client scope of every service account: audience, tenant, roles and subject, nothing else. */
  serviceAccountScope: 'orki-service-account',
  /** The client scope of clients with which people sign in: audience, tenant (a user attribute) and roles. */
  userScope: 'orki-user',
  /** The user attribute, and the claim, that names the tenant. */
  tenantClaim: 'tenant_id',
  /** The claim that repeats the roles of `orki-api` as a list at the top level, where libraries look for permissions. */
  permissionsClaim: 'permissions',
  modeRoles: { admin: 'mode-admin', agent: 'mode-agent' },
  /**
   * A role of `orki-api` that gives nothing and is in no token. It is mapped to an account's user while its rights are
   * changed on a Keycloak of several nodes; see `fencedRoles`.
   */
  fenceRole: 'read-fence',
  /** Keycloak's own client whose roles administer a realm. */
  managementClient: 'realm-management',
  /**
   * The roles of it that the running service holds. Without any query role Keycloak does not filter lists by the
   * fine-grained permissions, so one is needed; the service lists clients, and finds users by their clients alone.
   */
  serviceAdminRoles: ['query-clients'],
  /** The service client's own role, by which Keycloak's client policies know who makes a client. */
  makerRole: 'account-maker',
} as const;

/** Attributes of a service account's client. */
export const clientAttributes = {
  managed: 'orki.managed',
  tenant: 'orki.tenant',
  username: 'orki.username',
  description: 'orki.description',
  mode: 'orki.mode',
  permissions: 'orki.permissions',
  createdAt: 'orki.created-at',
  createdBy: 'orki.created-by',
  updatedAt: 'orki.updated-at',
  updatedBy: 'orki.updated-by',
  secretCreatedAt: 'orki.secret-created-at',
  secretHint: 'orki.secret-hint',
  /** SHA-256 of the secret, by which a leaked one is found, and of the one before while that is valid. */
  secretSha256: 'orki.secret-sha256',
  previousSecretSha256: 'orki.previous-secret-sha256',
  /** When the secret ends, as it is shown: Keycloak's own attribute says nothing once it has replaced an expired one. */
  secretExpiresAt: 'orki.secret-expires-at',
  /** Of how many days before its end somebody was warned last; absent when of none. */
  expiryWarned: 'orki.expiry-warned',
  /** The day (UTC, such as 2026-12-31) on which the next warning of the secret's end is due; absent when none is. */
  warningDue: 'orki.warning-due',
  /** The hint of the secret before, and until when Keycloak takes that one too. */
  previousSecret: 'orki.previous-secret',
  /** What the account was when its tenant was switched off: `true` for active, or `inactive`. */
  offWithTenant: 'orki.off-with-tenant',
  /** Since when an account is being made; gone when it is finished. */
  unfinishedSince: 'orki.unfinished-since',
  /** The last changes of the account; see `serializeHistory`. */
  history: 'orki.history',
  /** Which requests with an Idempotency-Key set its secret; see `RememberedRequests`. */
  requests: 'orki.requests',
  /** Written anew under each lock where Keycloak has several nodes, so that a read can be seen to be current. */
  readFence: 'orki.read-fence',
} as const;

/** What the service searches for. Keycloak has to be started with exactly these declared (`searchable-attributes`). */
export const searchableAttributes = [clientAttributes.tenant, clientAttributes.warningDue] as const;

/**
 * Attributes by which Keycloak itself knows of a second secret and of when each ends (`OIDCClientSecretConfigWrapper`); times
 * are in seconds since 1970. `rotated` is the secret itself, in plain text: it never leaves the gateway.
 */
export const keycloakSecretAttributes = {
  createdAt: 'client.secret.creation.time',
  expiresAt: 'client.secret.expiration.time',
  rotated: 'client.secret.rotated',
  rotatedAt: 'client.secret.rotated.creation.time',
  rotatedExpiresAt: 'client.secret.rotated.expiration.time',
} as const;

/**
 * Attributes from which Keycloak takes the public keys of a client whose authenticator is `client-jwt`
 * (`OIDCAdvancedConfigWrapper`). The service's own client has them too.
 */
export const keycloakKeyAttributes = { areUsed: 'use.jwks.string', jwks: 'jwks.string' } as const;

/** How Keycloak asks a client who it is: for its secret, or for an assertion that it signed (RFC 7523). */
export const clientAuthenticators = { secret: 'client-secret', keys: 'client-jwt' } as const;

/** Of a tenant's role of `orki-tenants`: since when the tenant is off (RFC 3339). */
export const tenantRoleAttributes = { offSince: 'orki.off-since' } as const;

/** Attributes of the roles of `orki-usernames`. */
export const usernameRoleAttributes = {
  /** The account that the username is reserved for. */
  account: 'orki.account',
  reservedAt: 'orki.reserved-at',
} as const;

/** Of a role of `orki-locks`: when it stops counting (RFC 3339). */
export const lockRoleAttributes = { expiresAt: 'orki.expires-at' } as const;

/** What the roles of `orki-locks` are called, by what they are for at the moment. */
export const lockRoleNames = {
  /** With the tenant, so that nobody can keep another tenant's account locked by naming its id. */
  lock: (tenantId: string, accountId: string) => `lock.${tenantId}.${accountId}`,
  deletion: (tenantId: string, accountId: string) => `deleted.${tenantId}.${accountId}`,
  turn: (what: string) => `turn.${what}`,
  idle: (id: string) => `idle.${id}`,
} as const;

/**
 * The role of `orki-locks` by which the tokens of an account are revoked that were issued before a second (since 1970), or
 * what the names of all of a tenant begin with.
 */
export const revocationRoleName = (tenantId: string, clientId?: string, second?: number): string =>
  `revoked.${tenantId}.${clientId === undefined ? '' : `${clientId}.${second}`}`;

/** The role of `orki-usernames` by which a username is reserved; the digest stands for any character in it. */
export const usernameRoleName = (tenantId: string, digest: string): string => `${tenantId}.${digest}`;

/** Attributes of the roles of `orki-api`: what makes a role a permission, and how a page shows it. */
export const roleAttributes = {
  group: 'orki.group',
  groupLabel: 'orki.group-label',
  label: 'orki.label',
  order: 'orki.order',
  /** Mode admin does not include it; absent for every other permission. */
  excludedFromAdmin: 'orki.excluded-from-admin',
} as const;

/** Attributes by which provisioning keeps track of what it made. */
export const provisioningAttributes = {
  /**
   * On a client, client scope or realm: provisioning made it. One that has a name of ours without this is somebody
   * else's and is never changed; an operator hands it over by setting the attribute.
   */
  provisioned: 'orki.provisioned',
  /**
   * On a role that was a permission once. Accounts may still hold it, so the service has to be able to take it away, but
   * no scope lets it into a token any more.
   */
  retired: 'orki.retired',
} as const;
