interface JsonRequest {
  readonly method: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The options by which fetch or undici sends a request of a caller's, with JSON as its body when it has one. */
export function jsonRequest(token: string, { method, body, headers }: JsonRequest) {
  return {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}
