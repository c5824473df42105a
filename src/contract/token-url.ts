/** Keycloak's token URL as integrators use it. It is no call of this service and has a server of its own. */
export function tokenUrlPath(issuer: string) {
  const { origin, pathname } = new URL(`${issuer}/protocol/openid-connect/token`);
  return { [pathname]: { post: { ...operation, servers: [{ url: origin, description: 'Keycloak' }] } } };
}

const text = (description: string) => ({ type: 'string', description });

const refusal = (description: string, errors: string[]) => ({
  description,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['error'],
        properties: { error: { type: 'string', enum: errors }, error_description: text('For people.') },
      },
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
        schema: {
          type: 'object',
          required: ['grant_type', 'client_id', 'client_secret'],
          properties: {
            grant_type: { type: 'string', const: 'client_credentials' },
            client_id: text('`clientId` of the account.'),
            client_secret: { ...text('Its `clientSecret`.'), format: 'password' },
          },
        },
      },
    },
  },
  responses: {
    200: {
      description: 'The token: a JWT, signed ES256.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['access_token', 'token_type', 'expires_in'],
            properties: {
              access_token: text('Send it as `Authorization: Bearer …`.'),
              token_type: { type: 'string', const: 'Bearer' },
              expires_in: { type: 'integer', description: 'For how many seconds it is valid.' },
              refresh_expires_in: { type: 'integer', const: 0 },
              'not-before-policy': { type: 'integer' },
              scope: text('Nothing to rely on: what the account may do is in the token.'),
            },
          },
        },
      },
    },
    400: refusal(
      'The request is not a request for a token: a field is missing, or the grant is another one.',
      ['invalid_request', 'unsupported_grant_type', 'unauthorized_client'],
    ),
    401: refusal(
      '`unauthorized_client`: the secret is wrong, or was regenerated. `invalid_client`: there is no such account, or it is deactivated or deleted.',
      ['unauthorized_client', 'invalid_client'],
    ),
  },
};
