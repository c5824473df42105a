import { readFileSync } from 'node:fs';
import fastify from 'fastify';
import { fetchSigningKeys } from '../../../src/auth/signing-keys.ts';
import { createTokenVerifier } from '../../../src/auth/token-verifier.ts';

// A Fastify route that verifies the caller's token and gives the same body each time: what the service could cost at the least.
const { PORT, KEYCLOAK_URL = '', KEYCLOAK_REALM = '', BODY_FILE = '' } = process.env;
const issuer = `${KEYCLOAK_URL}/realms/${KEYCLOAK_REALM}`;
const body = readFileSync(BODY_FILE, 'utf8');
const verify = createTokenVerifier({
  issuer,
  keys: fetchSigningKeys(new URL(`${issuer}/protocol/openid-connect/certs`), 10_000, console.error).keys,
});

const app = fastify();
// By this it is known to be ready.
app.get('/', async () => 'ready');
app.get('/body', async (request, reply) => {
  await verify(request.headers.authorization?.replace('Bearer ', '') ?? '');
  return reply.type('application/json').send(body);
});
await app.listen({ port: Number(PORT), host: '127.0.0.1' });
