import { createServiceAccountsClient, type ServiceAccountsClient } from '@orki/service-accounts-client';
import type { GetAccessToken } from './access-token.ts';
import type { Waiting } from './waiting.ts';

interface PageClientOptions {
  readonly apiUrl: string;
  readonly tenantId: string;
  readonly getAccessToken: GetAccessToken;
  readonly waiting: Waiting;
}

/** Reading fails early, because the page has a button to try again; a change waits for its turn. */
export interface PageClient {
  readonly reads: ServiceAccountsClient;
  readonly changes: ServiceAccountsClient;
}

/** The calls of the page. A refused token is replaced once; what a change waits for is told to `waiting`. */
export function createPageClient({
  apiUrl,
  tenantId,
  getAccessToken,
  waiting,
}: PageClientOptions): PageClient {
  const send = async (request: Request): Promise<Response> => {
    const repeated = request.clone();
    const response = await fetch(request);
    if (response.status === 401) return sendWithAnotherToken(repeated, response);
    if (request.method !== 'GET') await waiting.notice(response);
    return response;
  };

  async function sendWithAnotherToken(request: Request, refusal: Response): Promise<Response> {
    const refused = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
    const token = await getAccessToken(refused);
    if (token === refused) return refusal;
    request.headers.set('authorization', `Bearer ${token}`);
    return fetch(request);
  }

  const options = { baseUrl: apiUrl, tenantId, token: () => getAccessToken(), fetch: send as typeof fetch };
  return {
    reads: createServiceAccountsClient({ ...options, retries: 1, maxWaitSeconds: 2 }),
    changes: createServiceAccountsClient(options),
  };
}
