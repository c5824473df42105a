import { type RetryPolicy } from './retry.ts';
import type { CreateServiceAccount, EditServiceAccount, ListQuery, PermissionCatalogue, ServiceAccount, ServiceAccountPage, ServiceAccountWithSecret } from './types.ts';
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
/** A client of the service for one tenant, in Node and in browsers. Makes no request by itself. */
export declare function createServiceAccountsClient(options: ServiceAccountsClientOptions): ServiceAccountsClient;
