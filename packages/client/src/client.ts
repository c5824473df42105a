import createClient from 'openapi-fetch';
import { isProblemBody, ServiceAccountsError } from './problem.ts';
import { type RetryPolicy, retryAfterSeconds, withRetries } from './retry.ts';
import type { paths } from './schema.ts';
import type {
  CreateServiceAccount,
  EditServiceAccount,
  ListQuery,
  PermissionCatalogue,
  ServiceAccount,
  ServiceAccountPage,
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

/** The service's calls for one tenant. Each throws a ServiceAccountsError when the service refuses. */
export interface ServiceAccountsClient {
  /** What there is to grant, and what of it the caller may grant. */
  permissions(options?: CallOptions): Promise<PermissionCatalogue>;
  /** One page, newest first. */
  page(query?: ListQuery, options?: CallOptions): Promise<ServiceAccountPage>;
  /** All accounts that match, newest first, page after page as they are asked for. */
  list(query?: ListQuery, options?: CallOptions): AsyncGenerator<ServiceAccount, void, undefined>;
  get(id: string, options?: CallOptions): Promise<ServiceAccount>;
  /** The answer alone, with that of `regenerateSecret`, holds `clientSecret`. */
  create(account: CreateServiceAccount, options?: CallOptions): Promise<ServiceAccountWithSecret>;
  /** Changes what is given; `description: null` clears. */
  edit(id: string, changes: EditServiceAccount, options?: CallOptions): Promise<ServiceAccount>;
  regenerateSecret(id: string, options?: CallOptions): Promise<ServiceAccountWithSecret>;
  activate(id: string, options?: CallOptions): Promise<ServiceAccount>;
  deactivate(id: string, options?: CallOptions): Promise<ServiceAccount>;
  delete(id: string, options?: CallOptions): Promise<void>;
}

const all = '/api/v1/tenants/{tenantId}/service-accounts';
const one = `${all}/{id}` as const;

/** A client of the service for one tenant, in Node and in browsers. Makes no request by itself. */
export function createServiceAccountsClient(options: ServiceAccountsClientOptions): ServiceAccountsClient {
  const { tenantId, token, retries = 2, maxWaitSeconds = 20 } = options;
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
    create: (body, { signal } = {}) => answer(api.POST(all, { params: { path }, body, ...from(signal) })),
    edit: (id, body, { signal } = {}) =>
      answer(api.PATCH(one, { params: { path: { tenantId, id } }, body, ...from(signal) })),
    regenerateSecret: (id, { signal } = {}) =>
      answer(api.POST(`${one}/regenerate-secret`, { params: { path: { tenantId, id } }, ...from(signal) })),
    activate: (id, { signal } = {}) =>
      answer(api.POST(`${one}/activate`, { params: { path: { tenantId, id } }, ...from(signal) })),
    deactivate: (id, { signal } = {}) =>
      answer(api.POST(`${one}/deactivate`, { params: { path: { tenantId, id } }, ...from(signal) })),
    delete: async (id, { signal } = {}) => {
      await answer(api.DELETE(one, { params: { path: { tenantId, id } }, ...from(signal) }));
    },
  };
}

const from = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

/** Deleting is not: a second answer of 404 would not tell whether there was an account. */
function isRepeatable({ method, url }: Request): boolean {
  return method === 'GET' || method === 'PATCH' || /\/(de)?activate$/.test(url);
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
