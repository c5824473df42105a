import type { Document } from './document.ts';

/** Adds Keycloak's token URL as integrators use it. It is no call of this service and has a server of its own. */
export function addTokenUrl(document: Document, issuer: string): void {
  const { origin, pathname } = new URL(`${issuer}/protocol/openid-connect/token`);
  const keycloak = { default: origin, description: 'Keycloak as the world sees it.' };
  const servers = [{ url: '{keycloak}', variables: { keycloak } }];
  document.paths[pathname] = { post: { ...operation, servers } };
  Object.assign(document.components.schemas, schemas);
}

const text = (description: string) => ({ type: 'string', description });

const schemas = {
  TokenRequest: {
    type: 'object',
    required: ['grant_type', 'client_id', 'client_secret'],
    properties: {
      grant_type: { type: 'string', const: 'client_credentials' },
      client_id: text('`clientId` of the account.'),
      client_secret: { ...text('Its `clientSecret`.'), format: 'password' },
    },
  },
  Token: {
    type: 'object',
    description: "Keycloak's answer (RFC 6749, section 5.1).",
    required: ['access_token', 'token_type', 'expires_in'],
    properties: {
      access_token: text('Send it as `Authorization: Bearer …`.'),
      token_type: text('`Bearer`.'),
      expires_in: { type: 'integer', description: 'For how many seconds it is valid.' },
      refresh_expires_in: { type: 'integer', description: '0: there is no refresh token.' },
      'not-before-policy': { type: 'integer' },
      scope: text('Nothing to rely on: what the account may do is in the token.'),
    },
  },
  TokenRefusal: {
    type: 'object',
    description: "Keycloak's refusal (RFC 6749, section 5.2).",
    required: ['error'],
    properties: {
      error: {
        ...text('For programs.'),
        'x-extensible-enum': [
          'invalid_request',
          'unsupported_grant_type',
          'unauthorized_client',
          'invalid_client',
        ],
      },
      error_description: text('For people.'),
    },
  },
};

const refusal = (description: string) => ({
  description,
  content: {
    'application/json': {
      schema: { $ref: '#/components/schemas/TokenRefusal' },
    },
  },
});

const operation = {
  operationId: 'obtainToken',
  summary: 'Obtain an access token',
  description: `What an integration does with its \`clientId\` and \`clientSecret\` (client credentials grant, RFC 6749,
section 4.4). Keycloak answers, not this service, and it lets no page in a browser ask: run it on your server.

\`\`\`sh
curl -X POST "$TOKEN_URL" \\
-H "Content-Type: application/x-www-form-urlencoded" \\
-d "grant_type=client_credentials" \\
-d "client_id=YOUR_CLIENT_ID" \\
-d "client_secret=YOUR_CLIENT_SECRET"
\`\`\`

\`$TOKEN_URL\` is \`tokenUrl\` in the answer that showed the secret. Keep the token for \`expires_in\` seconds, less a
little; then obtain another. There is no refresh token.`,
  tags: ['Tokens'],
  security: [],
  requestBody: {
    required: true,
    content: {
      'application/x-www-form-urlencoded': {
        schema: { $ref: '#/components/schemas/TokenRequest' },
      },
    },
  },
  responses: {
    200: {
      description: 'The token: a JWT, signed ES256.',
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Token' },
        },
      },
    },
    400: refusal(
      '`invalid_request`, `unsupported_grant_type`, `unauthorized_client`: the request is not a request for a token, since a field is missing, or the grant is another one.',
    ),
    401: refusal(
      '`unauthorized_client`: the secret is wrong, or was regenerated. `invalid_client`: there is no such account, or it is deactivated or deleted.',
    ),
  },
};
