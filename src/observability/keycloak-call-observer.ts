/** A request that is about to be sent to Keycloak. */
export interface KeycloakCall {
  /** What it is for, in a few words out of a small set, so that metrics can be counted by it. */
  readonly operation: string;
  readonly method: string;
  /** How often it was sent before. */
  readonly retry: number;
}

export interface ObservedCall {
  /** To be sent along. */
  readonly headers: Readonly<Record<string, string>>;
  /** Takes the status that came back, or why none did. */
  end(result: { readonly status: number } | { readonly error: unknown }): void;
}

/** Told of each request to Keycloak, one that is repeated included. Never throws. */
export type KeycloakCallObserver = (call: KeycloakCall) => ObservedCall;

/** Looks away. */
export const unobserved: KeycloakCallObserver = () => ({ headers: {}, end: () => undefined });

/** Sends one request to Keycloak under the eyes of `observe`, with the headers that it wants sent along. */
export async function observed<Answer extends { readonly status: number }>(
  observe: KeycloakCallObserver,
  call: KeycloakCall,
  send: (headers: Readonly<Record<string, string>>) => Promise<Answer>,
): Promise<Answer> {
  const watched = observe(call);
  try {
    const answer = await send(watched.headers);
    watched.end({ status: answer.status });
    return answer;
  } catch (error) {
    watched.end({ error });
    throw error;
  }
}
