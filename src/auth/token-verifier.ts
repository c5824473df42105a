import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { keycloakUnavailable, ServiceError } from '../errors.ts';
import { names } from '../names.ts';
import type { Caller } from '../permissions/caller.ts';
import { listed } from '../wording.ts';

/** Checks an access token and says who is calling. */
export type TokenVerifier = (token: string) => Promise<Caller>;

export interface TokenVerifierSettings {
  readonly issuer: string;
  /** Finds the key that a token names. Errors other than "no such key" mean that Keycloak can't be asked. */
  readonly keys: JWTVerifyGetKey;
}

/** What Keycloak signs access tokens with: ES256 for the clients provisioned here, RS256 by default for others. */
const algorithms = ['ES256', 'RS256'];
const clockToleranceSeconds = 30;

const claimsSchema = z.object({
  sub: z.string().min(1),
  iat: z.number(),
  azp: z.string().min(1),
  // Keycloak writes "ID" into tokens that it signs with the same keys.
  typ: z.literal('Bearer'),
  [names.tenantClaim]: z.string().min(1),
  preferred_username: z.string().optional(),
  resource_access: z
    .object({ [names.apiClient]: z.object({ roles: z.array(z.string()) }).optional() })
    .optional(),
});

/**
 * A verifier for access tokens of one realm (RFC 9068 in spirit; Keycloak's claims in the letter): signature by one of
 * the realm's keys, issuer, audience `orki-api`, times, kind of token, one tenant.
 * @throws {ServiceError} from the verifier: 401, or 503 when the realm's keys cannot be fetched.
 */
export function createTokenVerifier(settings: TokenVerifierSettings): TokenVerifier {
  const options = {
    issuer: settings.issuer,
    audience: names.apiClient,
    algorithms,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'iat'],
  };
  return async (token) => {
    const payload = await verified(token, settings.keys, options);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) {
      const wrong = new Set(claims.error.issues.map(({ path }) => String(path[0])));
      const verb = wrong.size === 1 ? 'is' : 'are';
      throw invalidToken(
        `In the access token, ${listed([...wrong], 'and')} ${verb} missing or not acceptable to this service.`,
        claims.error,
      );
    }
    const { sub, iat, azp, preferred_username: username, resource_access: access } = claims.data;
    return {
      subject: sub,
      username: username ?? azp,
      issuedAt: iat,
      clientId: azp,
      tenantId: claims.data[names.tenantClaim],
      roles: new Set(access?.[names.apiClient]?.roles),
    };
  };
}

async function verified(token: string, keys: JWTVerifyGetKey, options: Parameters<typeof jwtVerify>[2]) {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw invalidToken('The access token has expired.', cause);
    if (!(cause instanceof errors.JOSEError) || isFailedFetch(cause)) {
      throw keycloakUnavailable(
        cause,
        "The realm's signing keys could not be fetched. Try again in a few seconds.",
      );
    }
    throw invalidToken('The access token is not one that this service accepts.', cause);
  }
}

/** jose reports a key set that answered with something else than 200 and JSON as a plain JOSEError. */
const isFailedFetch = ({ code }: errors.JOSEError): boolean =>
  [errors.JWKSTimeout.code, errors.JWKSInvalid.code, errors.JOSEError.code].includes(code);

/** A 401 with the challenge of RFC 6750, section 3. */
export function invalidToken(detail: string, cause?: unknown): ServiceError {
  return new ServiceError('invalid-token', {
    detail,
    headers: { 'www-authenticate': 'Bearer realm="orki", error="invalid_token"' },
    cause,
  });
}
