import { hash } from 'node:crypto';
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
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
  /** For how many milliseconds a token that was verified is not verified again; each time it is, unless given. */
  readonly rememberedForMs?: number;
}

/** A verified token, and until when it may be used (milliseconds since 1970). */
interface Verified {
  readonly caller: Caller;
  readonly usableUntil: number;
}

/** What Keycloak signs access tokens with: ES256 for the clients provisioned here, RS256 by default for others. */
const algorithms = ['ES256', 'RS256'];
const clockToleranceSeconds = 30;
/** Of which each takes about a kilobyte. */
const mostRemembered = 1_000;

const claimsSchema = z.object({
  sub: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
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
 * the realm's keys, issuer, audience `orki-api`, times, kind of token, one tenant. A token that is remembered is known by
 * its digest, and its end is looked at each time; a key that the realm has withdrawn counts for that much longer.
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
  const { rememberedForMs } = settings;
  const remembered =
    rememberedForMs === undefined
      ? undefined
      : new LRUCache<string, Verified>({ max: mostRemembered, ttl: rememberedForMs });

  async function verify(token: string): Promise<Verified> {
    const payload = await payloadOf(token, settings.keys, options);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) {
      const wrong = new Set(claims.error.issues.map(({ path }) => String(path[0])));
      const verb = wrong.size === 1 ? 'is' : 'are';
      throw invalidToken(
        `In the access token, ${listed([...wrong], 'and')} ${verb} missing or not acceptable to this service.`,
        claims.error,
      );
    }
    const { sub, iat, exp, azp, preferred_username: username, resource_access: access } = claims.data;
    const caller = {
      subject: sub,
      username: username ?? azp,
      issuedAt: iat,
      clientId: azp,
      tenantId: claims.data[names.tenantClaim],
      roles: new Set(access?.[names.apiClient]?.roles),
    };
    return { caller, usableUntil: (exp + clockToleranceSeconds) * 1000 };
  }

  return async (token) => {
    const digest = remembered && hash('sha256', token, 'base64url');
    const known = digest === undefined ? undefined : remembered?.get(digest);
    // One that has expired meanwhile is verified again, which says so.
    if (known !== undefined && Date.now() < known.usableUntil) return known.caller;
    const verified = await verify(token);
    if (digest !== undefined) remembered?.set(digest, verified);
    return verified.caller;
  };
}

async function payloadOf(token: string, keys: JWTVerifyGetKey, options: Parameters<typeof jwtVerify>[2]) {
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
