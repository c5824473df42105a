import {
  type Document,
  type Header,
  needsToken,
  type Operation,
  operationsOf,
  type Response,
} from './document.ts';

const seconds = { type: 'integer', minimum: 0 };
const count = { type: 'integer', minimum: 0 };

const headers = {
  'X-Request-Id': {
    description: 'Names this request in the log of the service.',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
  'Cache-Control': {
    description: 'No answer is to be stored.',
    required: true,
    schema: { type: 'string', const: 'no-store' },
  },
  Location: {
    description: 'The URL of the new account.',
    required: true,
    schema: { type: 'string', format: 'uri' },
  },
  ETag: {
    description:
      'The version of the account, to be sent back in If-Match; of a list, to be sent back in If-None-Match.',
    required: true,
    schema: { type: 'string' },
  },
  'Idempotency-Replayed': {
    description: 'There when the request was made before with the same Idempotency-Key.',
    required: false,
    schema: { type: 'string', const: 'true' },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate (RFC 6750): by a bearer token. With `error` when one was sent.',
    required: true,
    schema: { type: 'string' },
  },
  Allow: {
    description: 'The methods that there are at this path.',
    required: true,
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds to wait before trying again.',
    required: true,
    schema: seconds,
  },
  'RateLimit-Limit': {
    description: 'Requests that you may make in a minute, on each replica of the service.',
    required: true,
    schema: count,
  },
  'RateLimit-Remaining': { description: 'How many of them are left.', required: true, schema: count },
  'RateLimit-Reset': { description: 'Seconds until all of them are back.', required: true, schema: seconds },
} as const satisfies Record<string, Header>;

type HeaderName = keyof typeof headers;

const ofStatus: Record<string, readonly HeaderName[]> = {
  201: ['Location'],
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  429: ['Retry-After'],
  503: ['Retry-After'],
  504: ['Retry-After'],
};

/** Says of each answer which headers it bears. */
export function addHeaders(document: Document): void {
  document.components.headers = headers;
  for (const { operation } of operationsOf(document)) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const names = headersOf(operation, status, response);
      response.headers = Object.fromEntries(
        names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
      );
    }
  }
}

/** What has an ETag: one account with all that it is, with its secret or without, and the list of revocations. */
const schemasWithETag = /\/(ServiceAccount(WithSecret|WithRevocation)?|RevocationList)$/;

function headersOf(operation: Operation, status: string, { content = {} }: Response): HeaderName[] {
  const isProblem = 'application/problem+json' in content;
  const hasETag = schemasWithETag.test(content['application/json']?.schema?.$ref ?? '');
  const isRepeatable = operation.parameters?.some(({ name }) => name === 'idempotency-key');
  const isSuccess = status.startsWith('2');
  const isCounted = needsToken(operation) && (isSuccess || status === '429');
  return [
    'X-Request-Id',
    ...(needsToken(operation) || isProblem ? (['Cache-Control'] as const) : []),
    ...(hasETag ? (['ETag'] as const) : []),
    ...(hasETag && isRepeatable ? (['Idempotency-Replayed'] as const) : []),
    ...(isSuccess || isProblem ? (ofStatus[status] ?? []) : []),
    ...(isCounted ? (['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'] as const) : []),
  ];
}
