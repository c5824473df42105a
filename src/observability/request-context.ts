import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestTrace } from './tracing.ts';

/** What is known of the request for which something is being done. */
export interface RequestContext {
  readonly requestId: string;
  readonly trace: RequestTrace | undefined;
  /** Calls to Keycloak so far. */
  keycloakCalls: number;
  /** How long they took together. */
  keycloakMs: number;
}

/**
 * The request that the running code belongs to; undefined outside of any, as when signing keys are refreshed. It saves
 * every function between a route and a call to Keycloak from handing it on. What several requests wait for together,
 * such as a token, belongs to the one that asked first.
 */
export const requestContext = new AsyncLocalStorage<RequestContext>();
