import createClient from 'openapi-fetch';
import { isProblemBody, ServiceAccountsError } from './problem.ts';
import { type RetryPolicy, retryAfterSeconds, withRetries } from './retry.ts';
import type { paths } from './schema.ts';
import type {
  CreatedServiceAccount,
  CreateServiceAccount,
  CreateWithSecret,
  EditServiceAccount,
  ListQuery,
  PermissionCatalogue,
  PublicKeyToSet,
  RevocationList,
  ServiceAccount,
  ServiceAccountHistory,
  ServiceAccountPage,
  ServiceAccountWithRevocation,
  ServiceAccountWithSecret,
} from './types.ts';

export interface ServiceAccountsClientOptions extends Partial<RetryPolicy> {
  /** The service as the caller reaches it, with the path that it lies behind: `https://api.orki.ai/gateway`. */
  readonly baseUrl: string;
  readonly tenantId: string;
  /** An access token for the tenant that is good now; asked for before each attempt. */
  readonly token: () => string | Promise<string>;
  readonly fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ChangeOptions extends CallOptions {
  /** The `version` that the account must still have; the service refuses with `precondition-failed` when it does not. */
  readonly ifMatch?: string;
}

export interface KeyedOptions extends CallOptions {
  /**
   * Names the request, of 1 to 64 visible ASCII characters, so that it can be sent again for ten minutes. By default a
   * random one for each call; one of your own lets another call, or another process, repeat this one.
   */
  readonly idempotencyKey?: string;
}

export interface RegenerateOptions extends ChangeOptions, KeyedOptions {
  /** For how many seconds, seven days at most, the secret of now works beside the new one; not at all by default. */
  readonly overlapSeconds?: number;
  /** Whether the access tokens that were issued until now are revoked too; false by default. */
  readonly revokeTokens?: boolean;
  /** When the new secret ends (RFC 3339), or null for never; by default it lives as long as the one before was made to. */
  readonly secretExpiresAt?: string | null;
  /** The same, in days from now. */
  readonly secretLifetimeDays?: number;
}

export interface DeactivateOptions extends ChangeOptions {
  /** Whether its access tokens are revoked too, for services that check signatures; false by default. */
  readonly revokeTokens?: boolean;
}

/** The service's calls for one tenant. Each throws a ServiceAccountsError when the service refuses. */
export interface ServiceAccountsClient {
  /** What there is to grant, and what of it the caller may grant. */
  permissions(options?: CallOptions): Promise<PermissionCatalogue>;
  /** One page, newest first. */
  page(query?: ListQuery, options?: CallOptions): Promise<ServiceAccountPage>;
  /** All accounts that match, newest first, page after page as they are asked for. */
  list(query?: ListQuery, options?: CallOptions): AsyncGenerator<ServiceAccount, void, undefined>;
  get(id: string, options?: CallOptions): Promise<ServiceAccount>;
  /** The last twenty changes of the account, newest first. */
  history(id: string, options?: CallOptions): Promise<ServiceAccountHistory>;
  /** The answer alone, with that of `regenerateSecret`, holds `clientSecret`. */
  create(account: CreateWithSecret, options?: KeyedOptions): Promise<ServiceAccountWithSecret>;
  /** `clientSecret` is null for an account with keys. */
  create(account: CreateServiceAccount, options?: KeyedOptions): Promise<CreatedServiceAccount>;
  /** Changes what is given; `description: null` clears. */
  edit(id: string, changes: EditServiceAccount, options?: ChangeOptions): Promise<ServiceAccount>;
  regenerateSecret(id: string, options?: RegenerateOptions): Promise<ServiceAccountWithSecret>;
  /** Has the account authenticate by one or two public keys alone; the keys, or the secrets, that it had end. */
  replaceKeys(id: string, keys: readonly PublicKeyToSet[], options?: ChangeOptions): Promise<ServiceAccount>;
  /** Ends an overlap: the secret before works no longer, the one of now does. */
  endPreviousSecret(id: string, options?: ChangeOptions): Promise<ServiceAccount>;
  activate(id: string, options?: ChangeOptions): Promise<ServiceAccount>;
  deactivate(id: string, options?: DeactivateOptions): Promise<ServiceAccount>;
  /** Revokes the access tokens that were issued until now; those that are obtained after it are good. */
  revokeTokens(id: string, options?: ChangeOptions): Promise<ServiceAccountWithRevocation>;
  /** Whose tokens are revoked, for services that check signatures. Poll the URL itself where you can send If-None-Match. */
  revocations(options?: CallOptions): Promise<RevocationList>;
  delete(id: string, options?: ChangeOptions): Promise<void>;
}

const all = '/api/v1/tenants/{tenantId}/service-accounts';
const one = `${all}/{id}` as const;

/** A client of the service for one tenant, in Node and in browsers. Makes no request by itself. */
export function createServiceAccountsClient(options: ServiceAccountsClientOptions): ServiceAccountsClient {
  const { tenantId, token, retries = 2, maxWaitSeconds = 40 } = options;
  const send = options.fetch ?? globalThis.fetch;
  const api = createClient<paths>({
    baseUrl: options.baseUrl,
    fetch: (request) =>
      withRetries(
        {
          send: async () => {
            const attempt = request.clone();
            attempt.headers.set('authorization', `Bearer ${await token()}`);
            return send(attempt);
          },
          isRepeatable: isRepeatable(request),
          signal: request.signal,
        },
        { retries, maxWaitSeconds },
      ),
  });
  const path = { tenantId };

  function page(query: ListQuery = {}, { signal }: CallOptions = {}): Promise<ServiceAccountPage> {
    return answer(api.GET(all, { params: { path, query }, ...from(signal) }));
  }

  function create(
    body: CreateServiceAccount,
    { signal, ...keyed }: KeyedOptions = {},
  ): Promise<CreatedServiceAccount> {
    return withSecret(api.POST(all, { params: { path, header: key(keyed) }, body, ...from(signal) }));
  }

  function change(id: string, { signal, ifMatch }: ChangeOptions = {}) {
    const header = ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` };
    return { params: { path: { tenantId, id }, header }, ...from(signal) };
  }

  return {
    permissions: ({ signal } = {}) =>
      answer(api.GET('/api/v1/tenants/{tenantId}/permissions', { params: { path }, ...from(signal) })),
    page,
    async *list(query = {}, callOptions = {}) {
      let cursor = query.cursor;
      do {
        const { items, nextCursor } = await page({ ...query, ...(cursor && { cursor }) }, callOptions);
        yield* items;
        cursor = nextCursor ?? undefined;
      } while (cursor !== undefined);
    },
    get: (id, { signal } = {}) =>
      answer(api.GET(one, { params: { path: { tenantId, id } }, ...from(signal) })),
    history: (id, { signal } = {}) =>
      answer(api.GET(`${one}/history`, { params: { path: { tenantId, id } }, ...from(signal) })),
    create: create as ServiceAccountsClient['create'],
    edit: (id, body, options) => answer(api.PATCH(one, { ...change(id, options), body })),
    regenerateSecret: (id, options = {}) => {
      const { params, ...rest } = change(id, options);
      const { signal: _, ifMatch: __, idempotencyKey: ___, ...body } = options;
      const request = {
        ...rest,
        params: { ...params, header: { ...params.header, ...key(options) } },
        ...(Object.keys(body).length === 0 ? {} : { body }),
      };
      return withSecret(api.POST(`${one}/regenerate-secret`, request));
    },
    replaceKeys: (id, keys, options) =>
      answer(api.PUT(`${one}/keys`, { ...change(id, options), body: { keys: [...keys] } })),
    endPreviousSecret: (id, options) => answer(api.DELETE(`${one}/previous-secret`, change(id, options))),
    activate: (id, options) => answer(api.POST(`${one}/activate`, change(id, options))),
    deactivate: (id, options = {}) => {
      const { revokeTokens } = options;
      const body = revokeTokens === undefined ? {} : { body: { revokeTokens } };
      return answer(api.POST(`${one}/deactivate`, { ...change(id, options), ...body }));
    },
    revokeTokens: (id, options) => answer(api.POST(`${one}/revoke-tokens`, change(id, options))),
    revocations: ({ signal } = {}) =>
      answer(api.GET('/api/v1/tenants/{tenantId}/revocations', { params: { path }, ...from(signal) })),
    delete: async (id, options) => {
      await answer(api.DELETE(one, change(id, options)));
    },
  };
}

const from = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

const key = ({ idempotencyKey = crypto.randomUUID() }: KeyedOptions) => ({
  'idempotency-key': idempotencyKey,
});

/**
 * Whether sending it twice does what sending it once does. Not with If-Match, which the first may have made untrue, and
 * not deleting: a second answer of 404 would not tell whether there was an account.
 */
function isRepeatable({ method, url, headers }: Request): boolean {
  if (method === 'GET' || headers.has('idempotency-key')) return true;
  const endsAlike =
    method === 'PATCH' || method === 'PUT' || /\/((de)?activate|previous-secret|revoke-tokens)$/.test(url);
  return endsAlike && !headers.has('if-match');
}

interface Outcome<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

async function answer<Data>(call: Promise<Outcome<Data>>): Promise<Data> {
  const { data, error, response } = await call;
  if (response.ok) return data as Data;
  if (isProblemBody(error)) throw new ServiceAccountsError(error, retryAfterSeconds(response));
  throw new Error(`HTTP ${response.status} from ${response.url}, and not in the words of the service.`);
}

async function withSecret<Data extends object>(
  call: Promise<Outcome<Data>>,
): Promise<Data & { readonly replayed: boolean }> {
  const data = await answer(call);
  const { response } = await call;
  return { ...data, replayed: response.headers.has('idempotency-replayed') };
}
