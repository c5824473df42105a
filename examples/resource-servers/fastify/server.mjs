import jwt from '@fastify/jwt';
import Fastify from 'fastify';
import buildGetJwks from 'get-jwks';

const { ISSUER, PORT } = process.env;

const keys = buildGetJwks({ jwksPath: '/protocol/openid-connect/certs' });
const app = Fastify();
await app.register(jwt, {
  decode: { complete: true },
  // The issuer is the configured one, never the token's: whoever writes a token could name a server of their own.
  secret: (_, { header: { kid, alg } }) => keys.getPublicKey({ kid, alg, domain: ISSUER }),
  verify: { algorithms: ['ES256'], allowedIss: ISSUER, allowedAud: 'orki-api', requiredClaims: ['exp'] },
});

const permission = (name) => async (request, reply) => {
  await request.jwtVerify();
  const { tenant_id: tenant, permissions = [] } = request.user;
  // Without the first check, a permission in one tenant is a permission in all of them.
  if (tenant !== request.params.tenantId || !permissions.includes(name)) return reply.code(403).send();
};

app.get('/tenants/:tenantId/customers', { onRequest: permission('customers:read') }, () => ({ items: [] }));
await app.listen({ port: Number(PORT), host: '127.0.0.1' });
