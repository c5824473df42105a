import { type Dispatcher, request } from 'undici';
import { keycloakUnavailable, outcomeUnknown } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import {
  type KeycloakCallObserver,
  observed,
  unobserved,
} from '../../observability/keycloak-call-observer.ts';
import { runWithin, waitWithin } from './deadline.ts';
import { KeycloakFailure } from './failures.ts';
import { type Resilience, wasNeverSent } from './resilience.ts';
import { FenceClosed, type SendFence } from './send-fence.ts';
import type { TokenProvider } from './token-cache.ts';

export interface AdminCall {
  /** What the call is for, in a few words: it names the call in logs and metrics. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/admin/realms/{realm}`; every part that comes from outside has to be encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  /** The statuses, beside 2xx, that the caller knows what to do with. */
  readonly expected?: readonly number[];
}

export interface AdminAnswer {
  readonly status: number;
  /** The parsed JSON body, or undefined when there is none. */
  readonly body: unknown;
}

/**
 * Calls Keycloak's Admin API until `signal` ends, each call for a few seconds at most. Nothing is sent once `fence` is
 * closed, however long the call has waited for a token or for its turn.
 */
export type AdminApi = (
  call: AdminCall,
  signal: AbortSignal,
  fence?: Pick<SendFence, 'isClosed'>,
) => Promise<AdminAnswer>;

export interface AdminApiSettings {
  /** Keycloak as the service reaches it. */
  readonly baseUrl: string;
  readonly realm: string;
  readonly callTimeoutMs: number;
}

/**
 * The Admin API as the service's own client. A request goes through undici directly: against the same Keycloak that
 * took 0.17 ms where @keycloak/keycloak-admin-client took 0.31, and that client knows no deadline for a single call.
 * A token that Keycloak refuses is renewed once and the call sent again, since a 401 has changed nothing.
 * @throws {ServiceError} from each call: 504 for a change whose answer did not come, 503 for all else.
 */
export function createAdminApi(
  dispatcher: Dispatcher,
  tokens: TokenProvider,
  resilience: Resilience,
  settings: AdminApiSettings,
  observe: KeycloakCallObserver = unobserved,
): AdminApi {
  const base = `${settings.baseUrl}/admin/realms/${encodeURIComponent(settings.realm)}`;

  async function send(
    call: AdminCall,
    token: string,
    signal: AbortSignal,
    more: Readonly<Record<string, string>>,
  ) {
    const response = await request(`${base}${call.path}`, {
      dispatcher,
      method: call.method,
      headers: {
        ...more,
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.query === undefined ? {} : { query: call.query }),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal,
    });
    return { status: response.statusCode, text: await response.body.text() };
  }

  async function attempt(
    call: AdminCall,
    token: string,
    signal: AbortSignal,
    fence: Pick<SendFence, 'isClosed'> | undefined,
    retry: number,
  ) {
    const trySending = async (attempts: number) => {
      // As late as can be: what came before may have taken a suspended process any time.
      if (fence?.isClosed()) throw new FenceClosed();
      return observed(observe, { ...call, retry: retry + attempts }, (more) =>
        runWithin(signal, settings.callTimeoutMs, (bounded) => send(call, token, bounded, more)),
      );
    };
    try {
      return await resilience(trySending, signal);
    } catch (cause) {
      const failure = new KeycloakFailure(call.operation, { cause });
      throw wasNeverSent(cause) || cause instanceof FenceClosed || call.method === 'GET'
        ? keycloakUnavailable(failure)
        : outcomeUnknown(failure);
    }
  }

  return async (call, signal, fence) => {
    const token = await waitWithin(signal, tokens.token());
    let answer = await attempt(call, token, signal, fence, 0);
    if (answer.status === 401) {
      tokens.discard(token);
      answer = await attempt(call, await waitWithin(signal, tokens.token()), signal, fence, 1);
    }
    const { status, text } = answer;
    const fine = (status >= 200 && status < 300) || call.expected?.includes(status);
    const body = status < 300 ? parseJson(text) : undefined;
    // What is not JSON comes from something else than Keycloak, such as a proxy with a page of its own.
    const isReadable = status >= 300 || text === '' || body !== undefined;
    if (fine && isReadable) return { status, body };
    // Half of an answer that went well could hold half of a secret, so its words are not kept for the log.
    const upstream = fine ? 'not JSON' : text;
    const failure = new KeycloakFailure(call.operation, { status, upstream });
    throw (status >= 500 || fine) && call.method !== 'GET'
      ? outcomeUnknown(failure)
      : keycloakUnavailable(failure);
  };
}
