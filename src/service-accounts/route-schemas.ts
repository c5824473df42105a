import { z } from 'zod';
import { problemResponses } from '../problem-details.ts';
import {
  accountParams,
  accountSchema,
  accountWithSecretSchema,
  createBody,
  editBody,
  listQuery,
  listSchema,
  tenantParams,
} from './schemas.ts';

/** What the OpenAPI document says of each operation, and what Fastify checks and writes by. */
const tags = ['Service accounts'];

export const list = {
  operationId: 'listServiceAccounts',
  summary: 'List service accounts',
  description: "A page of the tenant's accounts, newest first, without their secrets.",
  tags,
  params: tenantParams,
  querystring: listQuery,
  response: { 200: listSchema.describe('A page.'), ...problemResponses(400, 401, 403, 429, 503) },
};

export const create = {
  operationId: 'createServiceAccount',
  summary: 'Create a service account',
  description:
    'Makes the account. This answer alone shows its secret. You can grant the rights that you hold, no more.',
  tags,
  params: tenantParams,
  body: createBody,
  response: {
    201: accountWithSecretSchema.describe('The account, with its secret.'),
    ...problemResponses(400, 401, 403, 409, 413, 415, 429, 503, 504),
  },
};

export const get = {
  operationId: 'getServiceAccount',
  summary: 'Read a service account',
  description: 'The account, without its secret.',
  tags,
  params: accountParams,
  response: {
    200: accountSchema.describe('The account.'),
    ...problemResponses(400, 401, 403, 404, 429, 503),
  },
};

export const edit = {
  operationId: 'editServiceAccount',
  summary: 'Edit a service account',
  description:
    'Changes what is given (JSON merge patch, RFC 7396). You need every right that the account has and gets.',
  tags,
  consumes: ['application/json', 'application/merge-patch+json'],
  params: accountParams,
  body: editBody,
  response: {
    200: accountSchema.describe('The account as it is now.'),
    ...problemResponses(400, 401, 403, 404, 409, 413, 415, 429, 503, 504),
  },
};

export const regenerate = {
  operationId: 'regenerateSecret',
  summary: 'Regenerate the secret',
  description:
    'Gives the account a new secret, which this answer alone shows. Keycloak refuses the old one at once. You need every right that the account has.',
  tags,
  params: accountParams,
  response: {
    200: accountWithSecretSchema.describe('The account, with its new secret.'),
    ...problemResponses(400, 401, 403, 404, 429, 503, 504),
  },
};

export const activate = {
  operationId: 'activateServiceAccount',
  summary: 'Activate a service account',
  description:
    'Lets the account obtain tokens again. Does nothing to an active one. You need every right that the account has.',
  tags,
  params: accountParams,
  response: {
    200: accountSchema.describe('The account as it is now.'),
    ...problemResponses(400, 401, 403, 404, 429, 503, 504),
  },
};

export const deactivate = {
  ...activate,
  operationId: 'deactivateServiceAccount',
  summary: 'Deactivate a service account',
  description:
    'Keeps the account from obtaining tokens, without deleting it. Does nothing to an inactive one.',
};

export const remove = {
  operationId: 'deleteServiceAccount',
  summary: 'Delete a service account',
  description:
    'Removes the account for good. Its username is free again. You need every right that the account has.',
  tags,
  params: accountParams,
  response: {
    204: z.undefined().describe('It is gone.'),
    ...problemResponses(400, 401, 403, 404, 429, 503, 504),
  },
};
