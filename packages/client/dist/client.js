import createClient from 'openapi-fetch';
import { isProblemBody, ServiceAccountsError } from './problem.js';
import { retryAfterSeconds, withRetries } from './retry.js';
const all = '/api/v1/tenants/{tenantId}/service-accounts';
const one = `${all}/{id}`;
/** A client of the service for one tenant, in Node and in browsers. Makes no request by itself. */
export function createServiceAccountsClient(options) {
    const { tenantId, token, retries = 2, maxWaitSeconds = 20 } = options;
    const send = options.fetch ?? globalThis.fetch;
    const api = createClient({
        baseUrl: options.baseUrl,
        fetch: (request) => withRetries({
            send: async () => {
                const attempt = request.clone();
                attempt.headers.set('authorization', `Bearer ${await token()}`);
                return send(attempt);
            },
            isRepeatable: isRepeatable(request),
            signal: request.signal,
        }, { retries, maxWaitSeconds }),
    });
    const path = { tenantId };
    function page(query = {}, { signal } = {}) {
        return answer(api.GET(all, { params: { path, query }, ...from(signal) }));
    }
    return {
        permissions: ({ signal } = {}) => answer(api.GET('/api/v1/tenants/{tenantId}/permissions', { params: { path }, ...from(signal) })),
        page,
        async *list(query = {}, callOptions = {}) {
            let cursor = query.cursor;
            do {
                const { items, nextCursor } = await page({ ...query, ...(cursor && { cursor }) }, callOptions);
                yield* items;
                cursor = nextCursor ?? undefined;
            } while (cursor !== undefined);
        },
        get: (id, { signal } = {}) => answer(api.GET(one, { params: { path: { tenantId, id } }, ...from(signal) })),
        create: (body, { signal } = {}) => answer(api.POST(all, { params: { path }, body, ...from(signal) })),
        edit: (id, body, { signal } = {}) => answer(api.PATCH(one, { params: { path: { tenantId, id } }, body, ...from(signal) })),
        regenerateSecret: (id, { signal } = {}) => answer(api.POST(`${one}/regenerate-secret`, { params: { path: { tenantId, id } }, ...from(signal) })),
        activate: (id, { signal } = {}) => answer(api.POST(`${one}/activate`, { params: { path: { tenantId, id } }, ...from(signal) })),
        deactivate: (id, { signal } = {}) => answer(api.POST(`${one}/deactivate`, { params: { path: { tenantId, id } }, ...from(signal) })),
        delete: async (id, { signal } = {}) => {
            await answer(api.DELETE(one, { params: { path: { tenantId, id } }, ...from(signal) }));
        },
    };
}
const from = (signal) => (signal === undefined ? {} : { signal });
/** Deleting is not: a second answer of 404 would not tell whether there was an account. */
function isRepeatable({ method, url }) {
    return method === 'GET' || method === 'PATCH' || /\/(de)?activate$/.test(url);
}
async function answer(call) {
    const { data, error, response } = await call;
    if (response.ok)
        return data;
    if (isProblemBody(error))
        throw new ServiceAccountsError(error, retryAfterSeconds(response));
    throw new Error(`HTTP ${response.status} from ${response.url}, and not in the words of the service.`);
}
