import { z } from 'zod';
import { modes } from '../permissions/catalogue.ts';
import { tenantIdPattern } from '../tenant-id.ts';
import { keyAlgorithms, mostKeys } from './public-keys.ts';
import { secretPattern } from './secret.ts';
import { usernameFault } from './username.ts';

const maxDescription = 500;

const tenantIdSchema = z
  .string()
  .regex(
    tenantIdPattern,
    "A tenant's name has 1 to 63 of the characters a-z, 0-9, _ and -, and begins with a letter or digit.",
  )
  .meta({ description: 'The tenant; it has to be the one of the access token.', example: 'acme' });

const accountIdSchema = z
  .uuid({
    error: ({ input }) =>
      input === ''
        ? 'The path ends with a slash: leave it out.'
        : 'The id of a service account is a UUID, such as 1b4f5a0e-6b1c-4c5e-9f0a-3d2b7c8e9f10.',
  })
  .transform((id) => id.toLowerCase())
  .meta({ description: 'The service account.' });

export const tenantParams = z.strictObject({ tenantId: tenantIdSchema });
export const accountParams = z.strictObject({ tenantId: tenantIdSchema, id: accountIdSchema });

const entityTags = /^\s*(?:\*|(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*)\s*$/;

const ifMatch = {
  'if-match': z
    .string()
    .max(1000, 'If-Match has at most 1000 characters.')
    .regex(entityTags, 'If-Match has to be an ETag in double quotes, several with commas between them, or *.')
    .optional()
    .meta({
      description: 'Change the account only if this ETag, from an answer before, is still its own; else 412.',
    }),
};

const idempotencyKey = {
  'idempotency-key': z
    .string()
    .regex(
      /^[\x21-\x7e]{1,64}$/,
      'Idempotency-Key has to have 1 to 64 visible ASCII characters, such as a random UUID.',
    )
    .optional()
    .meta({
      description:
        'Names this request, so that it can be repeated for ten minutes when its answer got lost. A repetition gives the same status, `Idempotency-Replayed: true` and a new secret; the one before is dead.',
    }),
};

export const conditionHeaders = z.looseObject(ifMatch);
export const keyHeaders = z.looseObject(idempotencyKey);
export const keyedConditionHeaders = z.looseObject({ ...ifMatch, ...idempotencyKey });

const usernameSchema = z
  .string()
  .normalize()
  .check((context) => {
    const fault = usernameFault(context.value);
    if (fault === undefined) return;
    const { code, detail } = fault;
    context.issues.push({ code: 'custom', message: detail, params: { code }, input: context.value });
  })
  .meta({
    description:
      'Names the account in its tenant, whatever the case. Letters of one script, digits 0-9, single spaces and . _ -',
    minLength: 1,
    maxLength: 64,
    example: 'Zapier sync',
  });

/** Text that every database and page can hold: well-formed, without control characters but tab and line feed. */
const descriptionSchema = z
  .string()
  .normalize()
  .refine((text) => [...text].length <= maxDescription, {
    message: `description has at most ${maxDescription} characters.`,
    params: { code: 'too-long' },
  })
  .refine((text) => text.isWellFormed() && /^[\P{Cc}\t\n]*$/u.test(text), {
    message: 'description holds a control character other than tab and line feed.',
    params: { code: 'characters' },
  })
  .nullable()
  .meta({ description: 'What the account is used for.', maxLength: maxDescription, example: 'Two-way sync' });

export const modeSchema = z
  .enum(modes)
  .meta({ id: 'Mode', description: 'Admin, Agent, or a choice of permissions.' });

const maxLifetimeDays = 3650;

const exampleTime = '2027-01-31T12:00:00Z';
const timeText = (name: string) =>
  z.iso
    .datetime({ offset: true, error: `${name} has to be a time with its offset, such as ${exampleTime}.` })
    // The format says it all, and a generated client would hold its own times against the pattern.
    .meta({ pattern: undefined });

const expiryFields = {
  secretExpiresAt: timeText('secretExpiresAt').nullable().optional().meta({
    description:
      'When the secret ends, in whole seconds: Keycloak refuses it from then on. null for never. Where neither this nor `secretLifetimeDays` is given, a new account gets what the operator sets, by default no end, and a regenerated secret lives as long as the one before was made to.',
    example: exampleTime,
  }),
  secretLifetimeDays: z
    .int()
    .min(1, 'secretLifetimeDays has to be at least 1.')
    .max(maxLifetimeDays, `secretLifetimeDays has to be at most ${maxLifetimeDays}.`)
    .optional()
    .meta({ description: 'The same, in days from now.', example: 90 }),
};

type Expiry = z.core.ParsePayload<{ secretExpiresAt?: unknown; secretLifetimeDays?: unknown }>;

/** Both would leave open which one counts. */
function checkExpiry({ value, issues }: Expiry): void {
  const { secretExpiresAt, secretLifetimeDays } = value;
  if (secretExpiresAt === undefined || secretLifetimeDays === undefined) return;
  const message = 'Send secretExpiresAt or secretLifetimeDays, not both.';
  const path = ['secretLifetimeDays'];
  issues.push({ code: 'custom', path, message, params: { code: 'ambiguous' }, input: secretLifetimeDays });
}

/** Keys have no end of their own: they are replaced. */
function checkExpiryOfKeys({
  value,
  issues,
}: z.core.ParsePayload<Expiry['value'] & { credentials?: { type: string } | undefined }>): void {
  const name = (['secretExpiresAt', 'secretLifetimeDays'] as const).find((field) => value[field] != null);
  if (value.credentials?.type !== 'jwks' || name === undefined) return;
  const message = `An account with keys has no secret that could end. Leave out ${name}.`;
  issues.push({ code: 'custom', path: [name], message, params: { code: 'no-secret' }, input: value[name] });
}

const needsPermission = 'permissions has to name at least one permission.';

const permissionsSchema = z
  .array(z.string().max(100, 'No permission has a name of more than 100 characters.'))
  .max(200, 'permissions has at most 200 entries.')
  .refine((names) => new Set(names).size === names.length, {
    message: 'permissions names a permission twice.',
    params: { code: 'repeated' },
  })
  .meta({ description: 'For mode custom, and only there: the permissions.', example: ['customers:read'] });

/** Generated clients send an empty list for one that was not set. */
const createPermissionsSchema = permissionsSchema.meta({
  description:
    'For mode custom, and only there: the permissions, at least one. In another mode an empty list counts as none.',
  example: ['customers:read'],
});
const editPermissionsSchema = permissionsSchema.min(1, needsPermission);

const publicKeyMembers = {
  kid: z.string(),
  alg: z.enum(keyAlgorithms),
  use: z.enum(['sig']),
  kty: z.enum(['EC', 'OKP', 'RSA']),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
  n: z.string().optional(),
  e: z.string().optional(),
};

const publicKeySchema = z
  .object(publicKeyMembers)
  .meta({ id: 'PublicKey', description: 'A public key as JSON (RFC 7517).' });

/** What is in it is judged where the operation begins; see `publicKeysOf`. */
const sentKeySchema = z.record(z.string(), z.unknown()).meta({
  id: 'PublicKeyToSet',
  description:
    'A public key as JSON (RFC 7517): ES256 (P-256), EdDSA (Ed25519), RS256 or PS256 (2048 bits or more). `alg` may be left out, which makes an RSA key one of RS256, and so may `kid`, which is its thumbprint then (RFC 7638). A private or symmetric key is refused, and so are addresses of keys.',
  example: {
    kty: 'OKP',
    crv: 'Ed25519',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    kid: '2026-11',
  },
});

const sentKeysSchema = z
  .array(sentKeySchema)
  .min(1, 'keys has to have at least one public key.')
  .max(mostKeys, `keys has at most ${mostKeys} public keys.`)
  .meta({ description: 'One public key, or two while one takes the place of the other.' });

const sentCredentialsSchema = z
  .strictObject({
    type: z.enum(['secret', 'jwks']).meta({
      description:
        '`secret`: a client_secret. `jwks`: none; the account signs by a key of its own (`private_key_jwt`).',
    }),
    keys: sentKeysSchema.optional(),
  })
  .check(({ value, issues }) => {
    const { type, keys } = value;
    if ((type === 'jwks') === (keys !== undefined)) return;
    const message =
      type === 'jwks'
        ? 'keys is needed with type jwks: one or two public keys.'
        : 'keys go with type jwks only.';
    const code = type === 'jwks' ? 'required' : 'type-not-jwks';
    issues.push({ code: 'custom', path: ['keys'], message, params: { code }, input: keys });
  })
  .meta({ id: 'CredentialsToSet', description: 'How the account authenticates; by a secret when left out.' });

export const keysBody = z.strictObject({ keys: sentKeysSchema }).meta({ id: 'ReplaceKeys' });

export const createBody = z
  .strictObject({
    username: usernameSchema,
    description: descriptionSchema.optional(),
    mode: modeSchema,
    permissions: createPermissionsSchema.optional(),
    credentials: sentCredentialsSchema.optional(),
    ...expiryFields,
  })
  .check(checkExpiry)
  .check(checkExpiryOfKeys)
  .overwrite(({ permissions, ...rest }) =>
    permissions === undefined || (permissions.length === 0 && rest.mode !== 'custom')
      ? rest
      : { ...rest, permissions },
  )
  .check((context) => {
    const { mode, permissions } = context.value;
    const isEmpty = permissions?.length === 0;
    const message = isEmpty ? needsPermission : permissionsRule(mode, permissions !== undefined);
    if (message === undefined) return;
    const code = isEmpty ? 'too-small' : mode === 'custom' ? 'required' : 'mode-not-custom';
    context.issues.push({
      code: 'custom',
      path: ['permissions'],
      message,
      params: { code },
      input: permissions,
    });
  })
  .meta({ id: 'CreateServiceAccount' });

export const editBody = z
  .strictObject({
    username: usernameSchema.optional(),
    description: descriptionSchema.optional(),
    mode: modeSchema.optional(),
    permissions: editPermissionsSchema.optional(),
  })
  .meta({
    id: 'EditServiceAccount',
    description: 'A JSON merge patch (RFC 7396): what is left out stays, `description: null` clears.',
  });

const maxOverlapSeconds = 604_800;

const revokeTokensSchema = z.boolean().meta({
  description: 'Whether the access tokens that were issued until now are revoked too, as by `revoke-tokens`.',
});

export const deactivateBody = z
  .strictObject({ revokeTokens: revokeTokensSchema.optional() })
  .meta({ id: 'DeactivateServiceAccount' });

export const regenerateBody = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0, 'overlapSeconds has to be at least 0.')
      .max(maxOverlapSeconds, `overlapSeconds has to be at most ${maxOverlapSeconds}, which is seven days.`)
      .optional()
      .meta({
        description:
          'For how many seconds the secret of now works beside the new one. 0, or left out: it ends at once.',
        example: 86_400,
      }),
    revokeTokens: revokeTokensSchema.optional(),
    ...expiryFields,
  })
  .check(checkExpiry)
  .meta({ id: 'RegenerateSecret' });

/** What is wrong with giving, or not giving, permissions for an account that is entering `mode`. */
export function permissionsRule(mode: (typeof modes)[number], given: boolean): string | undefined {
  if (mode === 'custom')
    return given ? undefined : 'permissions is needed in mode custom: an array of permission names.';
  return given ? `permissions can be sent in mode custom only: leave it out in mode ${mode}.` : undefined;
}

const doerSchema = z
  .object({ subject: z.string(), username: z.string() })
  .meta({ id: 'Actor', description: 'The person, or the service account, that did it.' });
const actorSchema = doerSchema.nullable();

const timeSchema = z.string().meta({ format: 'date-time' });

const statusSchema = z.enum(['active', 'inactive']).meta({ id: 'Status' });

const previousSecretSchema = z.object({ hint: z.string(), validUntil: timeSchema }).meta({
  id: 'PreviousSecret',
  description: 'The secret before, while it works beside the one of now, and until when it does.',
});

const accountFields = {
  id: z.string().meta({ format: 'uuid', description: "Keycloak's UUID of the client." }),
  clientId: z.string().meta({ description: 'The client_id for the token URL; it never changes.' }),
  username: z.string(),
  description: z.string().nullable(),
  mode: modeSchema,
  permissions: z.array(z.string()).meta({ description: 'All that the account may do.' }),
  status: statusSchema,
  credentials: z.object({ type: z.enum(['secret', 'jwks']), keys: z.array(publicKeySchema) }).meta({
    id: 'Credentials',
    description: 'How the account authenticates; `keys` is empty for one with a secret.',
  }),
  secretHint: z.string().nullable().meta({
    description: 'The four characters before the checksum of the secret; null for an account with keys.',
  }),
  secretCreatedAt: timeSchema.meta({ description: 'When the secret, or the keys in its place, were set.' }),
  secretExpiresAt: timeSchema
    .nullable()
    .meta({ description: 'From when Keycloak refuses the secret; null for one without an end.' }),
  secretExpired: z.boolean().meta({
    description:
      'Whether the secret has expired. Then the account obtains no token until its secret is regenerated.',
  }),
  previousSecret: previousSecretSchema.nullable(),
  tokensRevokedBefore: timeSchema.nullable().meta({
    description:
      'Introspection refuses the access tokens that were issued before; null when none were revoked.',
  }),
  createdAt: timeSchema,
  createdBy: actorSchema,
  updatedAt: timeSchema,
  updatedBy: actorSchema,
  version: z.string().meta({ description: 'Changes with every change of the account.' }),
};

export const historySchema = z
  .object({
    changes: z.array(
      z
        .object({
          at: timeSchema,
          by: doerSchema,
          action: z.string().meta({
            description:
              'What was done: `create`, `edit`, `regenerate-secret`, `replace-keys`, `end-previous-secret`, `activate`, `deactivate` or `revoke-tokens`; `leave-inactive` and `tenant-switched` where the operator switched the tenant off or on. Later versions add more.',
          }),
          fields: z.array(z.string()).meta({
            description:
              'What an edit changed: `username`, `description`, `mode`, `permissions`; `tokensRevokedBefore` where tokens were revoked along with another change.',
          }),
        })
        .meta({ id: 'ServiceAccountChange' }),
    ),
  })
  .meta({ id: 'ServiceAccountHistory' });

export const accountSchema = z.object(accountFields).meta({ id: 'ServiceAccount' });

const disclosedSecret = z.string().regex(secretPattern);
const shownOnce = 'Shown this once. Store it; if it is lost, regenerate it.';

/** What create and regenerate answer beside the account and its secret. */
const disclosureFields = {
  endedSecretHints: z
    .array(z.string())
    .meta({ description: 'The hints of the secrets that worked until this call and no longer do.' }),
  tokenUrl: z.string().meta({ format: 'uri', description: "Keycloak's token URL." }),
};

export const accountWithSecretSchema = z
  .object({
    ...accountFields,
    clientSecret: disclosedSecret.meta({ description: shownOnce }),
    ...disclosureFields,
  })
  .meta({ id: 'ServiceAccountWithSecret' });

export const createdAccountSchema = z
  .object({
    ...accountFields,
    clientSecret: disclosedSecret
      .nullable()
      .meta({ description: `${shownOnce} null for an account with keys.` }),
    ...disclosureFields,
  })
  .meta({ id: 'CreatedServiceAccount' });

export const accountWithRevocationSchema = z
  .object({
    ...accountFields,
    revocation: z
      .object({
        issuedBefore: timeSchema.meta({
          description: 'Tokens that were issued before are revoked; introspection refuses them now.',
        }),
        acceptedUntil: timeSchema.meta({
          description:
            'Until then, by how long tokens live, services that only check signatures accept such a token, unless they follow `GET …/revocations`.',
        }),
      })
      .meta({ id: 'Revocation' }),
  })
  .meta({ id: 'ServiceAccountWithRevocation' });

export const revocationsSchema = z
  .object({
    revocations: z.array(
      z
        .object({
          clientId: z.string().meta({ description: 'The `azp` of the tokens.' }),
          issuedBefore: timeSchema.meta({
            description: 'In whole seconds: refuse tokens of this client whose `iat` is earlier.',
          }),
        })
        .meta({ id: 'RevocationEntry' }),
    ),
  })
  .meta({ id: 'RevocationList' });

export const ifNoneMatchHeaders = z.looseObject({
  'if-none-match': z
    .string()
    .max(1000, 'If-None-Match has at most 1000 characters.')
    .optional()
    .meta({ description: 'The ETag of an answer before: 304 if the list is still the same.' }),
});

const limitRule = 'limit has to be a whole number from 1 to 100.';

export const listQuery = z.strictObject({
  search: z.string().max(100, 'search has at most 100 characters.').optional().meta({
    description: 'Part of the username or the description whatever the case, or the whole client_id.',
  }),
  mode: modeSchema.optional(),
  status: z
    .enum(['active', 'inactive', 'expired'])
    .optional()
    .meta({ description: '`expired` are the active ones whose secret has ended.' }),
  expiresBefore: timeText('expiresBefore').optional().meta({
    description: 'Only accounts whose secret ends, or has ended, before this time.',
    example: exampleTime,
  }),
  expiresAfter: timeText('expiresAfter').optional().meta({
    description: 'Only accounts whose secret ends, or has ended, after this time.',
    example: '2027-01-01T12:00:00Z',
  }),
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, limitRule)
    .transform(Number)
    .pipe(z.int().min(1, limitRule).max(100, limitRule))
    .default(20)
    .meta({
      description: 'How many to a page, 1 to 100; 20 when left out.',
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 20,
      pattern: undefined,
    }),
  cursor: z
    .string()
    .max(500, 'cursor is longer than any that this service gives.')
    .optional()
    .meta({ description: '`nextCursor` of the page before.' }),
});

export const listSchema = z
  .object({
    items: z.array(accountSchema),
    nextCursor: z.string().nullable().meta({ description: 'For the next page; null on the last one.' }),
  })
  .meta({ id: 'ServiceAccountPage' });
