import { vi } from 'vitest';
import {
  createServiceAccountsClient,
  type ServiceAccountsClientOptions,
} from '../../packages/client/src/index.ts';

/** An answer that a test's service gives. */
export interface Planned {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** A client whose service gives these answers, one after the other; `lost` is one that never arrives. */
export function clientOf(
  answers: readonly (Planned | 'lost')[],
  options: Partial<ServiceAccountsClientOptions> = {},
) {
  const requests: Request[] = [];
  const token = vi.fn(() => `token-${token.mock.calls.length}`);
  const client = createServiceAccountsClient({
    baseUrl: 'https://api.example.test/gateway',
    tenantId: 'acme',
    token,
    fetch: async (input) => {
      const answer = answers[requests.length];
      requests.push(input as Request);
      if (answer === undefined) throw new Error('one request more than was planned for');
      if (answer === 'lost') throw new TypeError('fetch failed');
      const body = answer.body === undefined ? null : JSON.stringify(answer.body);
      return new Response(body, { status: answer.status, headers: answer.headers ?? {} });
    },
    ...options,
  });
  return { client, requests };
}

/** A refusal in the service's words. */
export const problem = (status: number, code: string, headers: Record<string, string> = {}): Planned => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: { type: `tag:orki.ai,2026:problem:${code}`, title: 'A title', status, code, requestId: 'r-1' },
});
export const account = { id: 'a-1', username: 'crm-sync' };
export const unavailable = problem(503, 'keycloak-unavailable', { 'retry-after': '5' });

/** The outcome of a call, with all its waiting done at once. */
export async function settled<T>(call: Promise<T>): Promise<T> {
  const caught = call.catch((error: unknown) => error as T);
  await vi.runAllTimersAsync();
  const outcome = await caught;
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
