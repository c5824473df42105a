import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';
import type { Caller } from '../permissions/caller.ts';
import { isServiceAccountClientId } from '../service-accounts/client-id.ts';
import type { Gateway } from '../service-accounts/gateway.ts';
import { tenantIdPattern } from '../tenant-id.ts';
import { requirePermission, requireTenant, type ServiceAccountPermission } from './requirements.ts';
import { invalidToken, type TokenVerifier } from './token-verifier.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyContextConfig {
    /**
     * What a caller needs for this route: any one of these, of which the operation may ask more where it is not the first.
     * A route under /api/v1 that names none lets nobody in.
     */
    requiredPermissions?: readonly ServiceAccountPermission[];
  }
}

export interface AuthenticationOptions {
  readonly verifyToken: TokenVerifier;
  readonly gatewayFor: (request: FastifyRequest) => Gateway;
}

/**
 * Lets only callers through to the routes of `app` who present an access token of the tenant that the path names and
 * hold the permission that the route names. A token is checked before anything else of the request is looked at; a
 * tenant that is no tenant's name at all is left to the schema, which says what is wrong with it.
 */
export function authenticate(app: FastifyInstance, { verifyToken, gatewayFor }: AuthenticationOptions): void {
  // Fastify wants the property declared; the hook below sets it before any handler can see it.
  app.decorateRequest('caller', null as unknown as Caller);

  app.addHook('onRequest', async (request) => {
    const caller = await verifyToken(bearerToken(request));
    request.caller = isServiceAccountClientId(caller.clientId)
      ? { ...caller, accountId: await idOfActiveAccount(gatewayFor(request), caller) }
      : caller;
  });

  app.addHook('preValidation', async (request) => {
    const { tenantId } = request.params as { tenantId: string };
    if (tenantIdPattern.test(tenantId)) requireTenant(request.caller, tenantId);
    const { requiredPermissions } = request.routeOptions.config;
    if (requiredPermissions === undefined) {
      throw new ServiceError('permission-missing', { detail: 'No permission opens this route.' });
    }
    requirePermission(request.caller, requiredPermissions);
  });
}

/** The token of the Authorization header (RFC 6750, 2.1); no other place is looked at. */
function bearerToken({ headers, raw }: FastifyRequest): string {
  if (headers.authorization === undefined) {
    throw new ServiceError('missing-token', {
      detail: 'Send an access token: Authorization: Bearer <access token>.',
      headers: { 'www-authenticate': 'Bearer realm="orki"' },
    });
  }
  // Node keeps the first of two; what stands in front of the service may have looked at the other.
  const sent = raw.rawHeaders.filter((name, index) => index % 2 === 0 && /^authorization$/i.test(name));
  if (sent.length > 1) throw invalidToken('The request has two Authorization headers. Send one.');
  const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(headers.authorization)?.[1];
  if (token === undefined) throw invalidToken(faultOf(headers.authorization));
  return token;
}

/** What is wrong with an Authorization header. It may hold a secret of some kind, so only a scheme's name is repeated. */
function faultOf(header: string): string {
  const [, scheme = '', rest = ''] = /^(\S*) *(.*)$/.exec(header) ?? [];
  const form = 'Send "Authorization: Bearer <access token>".';
  if (/^bearer$/i.test(scheme)) {
    return rest === ''
      ? `The Authorization header holds no token after "Bearer". ${form}`
      : `The token in the Authorization header holds a character that no token has, such as a space or a quote. ${form}`;
  }
  return /^(Basic|Digest|DPoP|Negotiate|Token)$/i.test(scheme)
    ? `The Authorization header uses ${scheme}, and this service takes Bearer alone. ${form}`
    : `The Authorization header does not begin with the word Bearer. ${form}`;
}

/**
 * A service account's token outlives its being switched off, and its own revocation, by minutes; here it stops counting at once.
 * @returns Keycloak's UUID of its client
 */
async function idOfActiveAccount(gateway: Gateway, caller: Caller): Promise<string> {
  const account = await gateway.findAccountByClientId(caller.clientId);
  const revokedBefore = Date.parse(account?.tokensRevokedBefore ?? '') || 0;
  if (account?.active && account.tenantId === caller.tenantId) {
    if (caller.issuedAt * 1000 >= revokedBefore) return account.id;
    throw invalidToken('This access token was revoked. Obtain another one.');
  }
  throw invalidToken('The service account that this token belongs to is not active.');
}
