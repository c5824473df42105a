import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { AccountView } from './account.ts';
import { activateServiceAccount } from './activate.ts';
import { type AuditedAction, type AuditLog, audited } from './audit.ts';
import { createServiceAccount } from './create.ts';
import { deactivateServiceAccount } from './deactivate.ts';
import { deleteServiceAccount } from './delete.ts';
import { editServiceAccount } from './edit.ts';
import { endPreviousSecret } from './end-previous-secret.ts';
import type { Gateway } from './gateway.ts';
import { getServiceAccount } from './get.ts';
import { listServiceAccounts } from './list.ts';
import { listRevocations } from './list-revocations.ts';
import type { OperationContext } from './operation.ts';
import { etagOf } from './precondition.ts';
import { readHistory } from './read-history.ts';
import { regenerateSecret } from './regenerate-secret.ts';
import { replaceKeys } from './replace-keys.ts';
import { revokeTokens } from './revoke-tokens.ts';
import * as schemas from './route-schemas.ts';

export interface ServiceAccountRoutesOptions {
  readonly gatewayFor: (request: FastifyRequest) => Gateway;
  /** The service as the world sees it. */
  readonly publicUrl: string;
  /** Keycloak's token URL as the world sees it. */
  readonly tokenUrl: string;
  readonly maxAccountsPerTenant: number;
  readonly maxSecretLifetimeDays: number | undefined;
  readonly auditLog: AuditLog;
}

const reading = { requiredPermissions: ['service-accounts:read'] } as const;
const writing = { requiredPermissions: ['service-accounts:write'] } as const;
/** An account that may rotate its own secret alone is held to that by the operation. */
const rotating = { requiredPermissions: ['service-accounts:write', 'service-accounts:rotate-own'] } as const;

const all = '/service-accounts';
const one = '/service-accounts/:id';

/** …/service-accounts: shapes and status codes; what happens is in the operation's own file. */
export function serviceAccountRoutes(fastify: FastifyInstance, options: ServiceAccountRoutesOptions): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const { gatewayFor, auditLog } = options;

  type TenantRequest = FastifyRequest<{ Params: { tenantId: string } }>;

  function contextOf(request: TenantRequest): Omit<OperationContext, 'onAccountRead'> {
    const { caller, params, headers } = request;
    return {
      gateway: gatewayFor(request),
      caller,
      tenantId: params.tenantId,
      ifMatch: headers['if-match'],
      idempotencyKey: headers['idempotency-key'] as string | undefined,
      onCleanupFailure: (error) => request.log.warn({ err: error }, 'clearing up failed'),
    };
  }

  /** Runs an operation that returns the account as it is now, or undefined when it is gone. */
  async function operate<Result extends AccountView | undefined>(
    action: AuditedAction,
    request: TenantRequest,
    reply: FastifyReply,
    run: (context: OperationContext) => Promise<Result>,
  ): Promise<Result> {
    const account = await audited(auditLog, action, request, contextOf(request), run, (result) => result);
    if (account !== undefined) reply.header('etag', etagOf(account));
    return account;
  }

  /** Runs an operation whose answer discloses a secret. */
  async function disclose<Account extends AccountView>(
    action: AuditedAction,
    request: TenantRequest,
    reply: FastifyReply,
    run: (context: OperationContext) => Promise<{ readonly account: Account; readonly isReplay: boolean }>,
  ): Promise<Account> {
    const context = contextOf(request);
    const result = await audited(auditLog, action, request, context, run, ({ account }) => account);
    reply.header('etag', etagOf(result.account));
    if (result.isReplay) reply.header('idempotency-replayed', 'true');
    return result.account;
  }

  app.get(all, { config: reading, schema: schemas.list }, (request) =>
    listServiceAccounts(gatewayFor(request), request.params.tenantId, request.query),
  );

  app.post(all, { config: writing, schema: schemas.create }, async (request, reply) => {
    const account = await disclose('create', request, reply, (context) =>
      createServiceAccount(context, request.body, options),
    );
    const { tenantId } = request.params;
    const location = `${options.publicUrl}/api/v1/tenants/${tenantId}/service-accounts/${account.id}`;
    return reply.code(201).header('location', location).send(account);
  });

  app.get(one, { config: reading, schema: schemas.get }, async (request, reply) => {
    const { tenantId, id } = request.params;
    const account = await getServiceAccount(gatewayFor(request), tenantId, id);
    reply.header('etag', etagOf(account));
    return account;
  });

  app.get(`${one}/history`, { config: reading, schema: schemas.history }, (request) =>
    readHistory(gatewayFor(request), request.params.tenantId, request.params.id),
  );

  app.patch(one, { config: writing, schema: schemas.edit }, (request, reply) =>
    operate('edit', request, reply, (context) =>
      editServiceAccount(context, request.params.id, request.body),
    ),
  );

  app.post(`${one}/regenerate-secret`, { config: rotating, schema: schemas.regenerate }, (request, reply) =>
    disclose('regenerate-secret', request, reply, (context) =>
      regenerateSecret(context, request.params.id, request.body ?? {}, options),
    ),
  );

  app.put(`${one}/keys`, { config: writing, schema: schemas.replaceKeys }, (request, reply) =>
    operate('replace-keys', request, reply, (context) =>
      replaceKeys(context, request.params.id, request.body.keys),
    ),
  );

  app.delete(`${one}/previous-secret`, { config: writing, schema: schemas.endPrevious }, (request, reply) =>
    operate('end-previous-secret', request, reply, (context) =>
      endPreviousSecret(context, request.params.id),
    ),
  );

  app.post(`${one}/activate`, { config: writing, schema: schemas.activate }, (request, reply) =>
    operate('activate', request, reply, (context) => activateServiceAccount(context, request.params.id)),
  );

  app.post(`${one}/deactivate`, { config: writing, schema: schemas.deactivate }, (request, reply) =>
    operate('deactivate', request, reply, (context) =>
      deactivateServiceAccount(context, request.params.id, request.body ?? {}),
    ),
  );

  app.post(`${one}/revoke-tokens`, { config: writing, schema: schemas.revoke }, (request, reply) =>
    operate('revoke-tokens', request, reply, (context) => revokeTokens(context, request.params.id)),
  );

  app.get('/revocations', { config: reading, schema: schemas.revocations }, async (request, reply) => {
    const { revocations, etag } = await listRevocations(gatewayFor(request), request.params.tenantId);
    reply.header('etag', etag);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return { revocations };
  });

  app.delete(one, { config: writing, schema: schemas.remove }, async (request, reply) => {
    await operate('delete', request, reply, (context) => deleteServiceAccount(context, request.params.id));
    return reply.code(204).send();
  });
}
