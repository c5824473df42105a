/** Who is calling, as a checked access token says. */
export interface Caller {
  /** `sub`: the person or the service account's user. */
  readonly subject: string;
  /** What a page shows of the caller: `preferred_username`, or the client of a service account. */
  readonly username: string;
  /** `iat`: when the token was issued, in whole seconds since 1970. */
  readonly issuedAt: number;
  /** `azp`: the client that obtained the token. */
  readonly clientId: string;
  /** `tenant_id` */
  readonly tenantId: string;
  /** The `orki-api` roles in the token: permissions and, for holders of a mode, the mode's role. */
  readonly roles: ReadonlySet<string>;
  /** The service account that calls: Keycloak's UUID of its client. Absent for a person. */
  readonly accountId?: string;
}
