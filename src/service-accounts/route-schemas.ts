import { z } from 'zod';
import { problemResponses } from '../contract/problem-responses.ts';
import type { ErrorCode } from '../errors.ts';
import {
  accountParams,
  accountSchema,
  accountWithRevocationSchema,
  accountWithSecretSchema,
  conditionHeaders,
  createBody,
  createdAccountSchema,
  deactivateBody,
  editBody,
  historySchema,
  ifNoneMatchHeaders,
  keyedConditionHeaders,
  keyHeaders,
  keysBody,
  listQuery,
  listSchema,
  regenerateBody,
  revocationsSchema,
  tenantParams,
} from './schemas.ts';

/** What the OpenAPI document says of each operation, and what Fastify checks and writes by. */
const tags = ['Service accounts'];

/** What every call of the API can be refused for. */
export const readProblems = [
  'invalid-request',
  'missing-token',
  'invalid-token',
  'wrong-tenant',
  'permission-missing',
  'rate-limited',
  'keycloak-unavailable',
] as const satisfies ErrorCode[];

/** A body is read, and refused, also where none is asked for. */
const writeProblems = [
  ...readProblems,
  'invalid-json',
  'body-too-large',
  'unsupported-media-type',
  'outcome-unknown',
] as const satisfies ErrorCode[];

const readOne = problemResponses(...readProblems, 'service-account-not-found');
/** What every change of one account can be refused for. */
const changeProblems = [
  ...writeProblems,
  'service-account-not-found',
  'change-in-progress',
  'precondition-failed',
] as const satisfies ErrorCode[];
/** Deleting goes on in a tenant that is switched off. */
const changeOne = problemResponses(...changeProblems, 'tenant-off');

export const list = {
  operationId: 'listServiceAccounts',
  summary: 'List service accounts',
  description:
    "A page of the tenant's accounts, newest first, without their secrets. Following `nextCursor` to its end shows each account that exists all the while exactly once, whatever is created or deleted in between. A cursor goes with the search and the filters that it came from.",
  tags,
  params: tenantParams,
  querystring: listQuery,
  response: { 200: listSchema.describe('A page.'), ...problemResponses(...readProblems) },
};

export const create = {
  operationId: 'createServiceAccount',
  summary: 'Create a service account',
  description:
    'Makes the account, ready to obtain tokens with exactly the permissions asked for. This answer alone shows its secret. With `credentials` of type `jwks` it has no secret and authenticates by a key pair of which only the public half leaves where it is used (`private_key_jwt`). You can grant the rights that you hold, no more. After an error nothing is left behind, except after `outcome-unknown`: then look at the list. With an Idempotency-Key you can send the request again when its answer got lost: it makes no second account.',
  tags,
  params: tenantParams,
  headers: keyHeaders,
  body: createBody,
  response: {
    201: createdAccountSchema.describe('The account, with its secret.'),
    ...problemResponses(
      ...writeProblems,
      'tenant-off',
      'username-taken',
      'account-limit-reached',
      'secret-expiry-unavailable',
      'change-in-progress',
      'idempotency-key-spent',
      'idempotency-key-reused',
    ),
  },
};

export const get = {
  operationId: 'getServiceAccount',
  summary: 'Read a service account',
  description:
    "The account, without its secret. Another tenant's account is answered as one that is not there.",
  tags,
  params: accountParams,
  response: { 200: accountSchema.describe('The account.'), ...readOne },
};

export const history = {
  operationId: 'getServiceAccountHistory',
  summary: "Read a service account's last changes",
  description:
    'The last twenty changes of the account, newest first: when, who and what, without values and without secrets. The history of an account that was made before there were histories begins with its next change. The audit log of the service has all changes.',
  tags,
  params: accountParams,
  response: { 200: historySchema.describe('The changes.'), ...readOne },
};

export const edit = {
  operationId: 'editServiceAccount',
  summary: 'Edit a service account',
  description:
    'Changes only the fields you send (JSON merge patch, RFC 7396). You need every right that the account has and gets. On the way from one set of permissions to another the account never has more than the greater of both. Tokens issued before keep the old permissions until they expire.',
  tags,
  consumes: ['application/json', 'application/merge-patch+json'],
  params: accountParams,
  headers: conditionHeaders,
  body: editBody,
  response: {
    200: accountSchema.describe('The account as it is now.'),
    ...problemResponses(...changeProblems, 'tenant-off', 'username-taken', 'half-done'),
  },
};

export const regenerate = {
  operationId: 'regenerateSecret',
  summary: 'Regenerate the secret',
  description:
    'Gives the account a new secret, which this answer alone shows. Keycloak refuses the old one from then on, or with `overlapSeconds` from the end of that time; `previousSecret` says until when. Rotating again during an overlap ends the older of the two at once, and `endedSecretHints` names it. Tokens issued before work until they expire, unless `revokeTokens` is true. For an account with keys they end, and it has this secret in place of them. You need every right that the account has. With `service-accounts:rotate-own` in place of `service-accounts:write` a service account may do this to itself, with a token that is younger than its secret, and send `overlapSeconds` alone. Repeated with its Idempotency-Key it gives a new secret and leaves the overlap as it was.',
  tags,
  params: accountParams,
  headers: keyedConditionHeaders,
  body: regenerateBody.nullish(),
  response: {
    200: accountWithSecretSchema.describe('The account, with its new secret.'),
    ...problemResponses(
      ...changeProblems,
      'tenant-off',
      'overlap-unavailable',
      'secret-expiry-unavailable',
      'idempotency-key-spent',
      'idempotency-key-reused',
    ),
  },
};

export const replaceKeys = {
  operationId: 'replaceKeys',
  summary: 'Replace the public keys',
  description:
    'Has the account authenticate by these public keys (`private_key_jwt`, RFC 7523) and by nothing else: Keycloak refuses the keys, or the secrets, that it had before from then on. To rotate without an outage, send the key of now and the next one, let the integration sign by the next one, and then send that one alone. To go back to a secret, regenerate it. You need every right that the account has.',
  tags,
  params: accountParams,
  headers: conditionHeaders,
  body: keysBody,
  response: { 200: accountSchema.describe('The account as it is now.'), ...changeOne },
};

export const endPrevious = {
  operationId: 'endPreviousSecret',
  summary: 'End the overlap of a rotation',
  description:
    'Keycloak refuses the secret before from then on, and goes on to take the one of now. Does nothing where there is no overlap. It only takes power away, so `service-accounts:write` is enough.',
  tags,
  params: accountParams,
  headers: conditionHeaders,
  response: { 200: accountSchema.describe('The account as it is now.'), ...changeOne },
};

export const activate = {
  operationId: 'activateServiceAccount',
  summary: 'Activate a service account',
  description:
    'Lets the account obtain tokens again. Does nothing to an active one. You need every right that the account has.',
  tags,
  params: accountParams,
  headers: conditionHeaders,
  response: { 200: accountSchema.describe('The account as it is now.'), ...changeOne },
};

export const deactivate = {
  ...activate,
  operationId: 'deactivateServiceAccount',
  summary: 'Deactivate a service account',
  description:
    'Keeps the account from obtaining tokens, without deleting it. Does nothing to an inactive one. Introspection refuses its live tokens from then on; a service that checks signatures alone takes them until they expire. With `revokeTokens` they stay revoked when the account is activated again, and services that follow the list of revocations refuse them within seconds.',
  body: deactivateBody.nullish(),
};

export const revoke = {
  operationId: 'revokeTokens',
  summary: "Revoke the account's tokens",
  description:
    'Revokes all access tokens that were issued until now. The answer comes when it is so: introspection refuses them, and tokens that are obtained after it are good. Services that only check signatures accept revoked tokens until `revocation.acceptedUntil`, unless they follow the list of revocations: those refuse them within seconds. The secret goes on to work; to keep whoever knows it out, regenerate it or deactivate the account. It only takes power away, so `service-accounts:write` is enough.',
  tags,
  params: accountParams,
  headers: conditionHeaders,
  response: { 200: accountWithRevocationSchema.describe('The account as it is now.'), ...changeOne },
};

export const revocations = {
  operationId: 'listRevocations',
  summary: 'List revoked tokens',
  description:
    'For services that check tokens by their signatures: poll this every few seconds with `If-None-Match`, and refuse the tokens that it names. An entry falls out when no token that it is about can be valid any more.',
  tags,
  params: tenantParams,
  headers: ifNoneMatchHeaders,
  response: {
    200: revocationsSchema.describe('The list.'),
    304: z.undefined().describe('The list is still the same.'),
    ...problemResponses(...readProblems),
  },
};

export const remove = {
  operationId: 'deleteServiceAccount',
  summary: 'Delete a service account',
  description:
    'Removes the account for good: its clientId never comes back, its username is free again. You need every right that the account has.',
  tags,
  params: accountParams,
  headers: conditionHeaders,
  response: { 204: z.undefined().describe('It is gone.'), ...problemResponses(...changeProblems) },
};
