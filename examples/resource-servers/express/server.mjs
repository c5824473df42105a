import express from 'express';
import { auth } from 'express-oauth2-jwt-bearer';

const { ISSUER, PORT } = process.env;

/** claimIncludes of the library would do for a permission, but answers 401, after which callers fetch a new token. */
const permission = (name) => (request, response, next) => {
  const { tenant_id: tenant, permissions = [] } = request.auth.payload;
  // Without the first check, a permission in one tenant is a permission in all of them.
  if (tenant === request.params.tenantId && permissions.includes(name)) next();
  else response.sendStatus(403);
};

const app = express();
// Not `strict`: that asks for the header typ "at+jwt", and Keycloak writes "JWT".
app.use(auth({ issuerBaseURL: ISSUER, audience: 'orki-api', tokenSigningAlg: 'ES256' }));
app.get('/tenants/:tenantId/customers', permission('customers:read'), (_, response) => {
  response.json({ items: [] });
});
app.listen(Number(PORT), '127.0.0.1');
