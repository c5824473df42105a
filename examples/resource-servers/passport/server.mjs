import express from 'express';
import { passportJwtSecret } from 'jwks-rsa';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';

const { ISSUER, PORT } = process.env;

const settings = {
  jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
  secretOrKeyProvider: passportJwtSecret({
    jwksUri: `${ISSUER}/protocol/openid-connect/certs`,
    cache: true,
    rateLimit: true,
  }),
  algorithms: ['ES256'],
  issuer: ISSUER,
  audience: 'orki-api',
};
passport.use(new Strategy(settings, (claims, done) => done(null, claims)));

const permission = (name) => (request, response, next) => {
  const { tenant_id: tenant, permissions = [] } = request.user;
  // Without the first check, a permission in one tenant is a permission in all of them.
  if (tenant === request.params.tenantId && permissions.includes(name)) next();
  else response.sendStatus(403);
};

const app = express();
app.use(passport.authenticate('jwt', { session: false }));
app.get('/tenants/:tenantId/customers', permission('customers:read'), (_, response) => {
  response.json({ items: [] });
});
app.listen(Number(PORT), '127.0.0.1');
