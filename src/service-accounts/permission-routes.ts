import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemResponses } from '../contract/problem-responses.ts';
import type { Caller } from '../permissions/caller.ts';
import { type Catalogue, modes, permissionNames } from '../permissions/catalogue.ts';
import { holdsRole } from '../permissions/holding.ts';
import { rolesOf } from '../permissions/roles.ts';
import type { Gateway } from './gateway.ts';
import { readProblems } from './route-schemas.ts';
import { modeSchema, tenantParams } from './schemas.ts';

const permissionSchema = z
  .object({
    name: z.string(),
    label: z.string(),
    description: z.string(),
    includedIn: z.array(modeSchema).meta({ description: 'The modes that include it; never custom.' }),
    grantable: z.boolean().meta({ description: 'Whether you hold it and so may grant it.' }),
  })
  .meta({ id: 'Permission' });

const groupSchema = z
  .object({ name: z.string(), label: z.string(), permissions: z.array(permissionSchema) })
  .meta({ id: 'PermissionGroup' });

const grantableModeSchema = z
  .object({
    name: modeSchema,
    grantable: z.boolean().meta({ description: 'Whether you may give an account this mode.' }),
  })
  .meta({ id: 'GrantableMode' });

const catalogueSchema = z
  .object({
    groups: z.array(groupSchema),
    modes: z.array(grantableModeSchema),
    maxSecretLifetimeDays: z.int().nullable().meta({
      description: 'How many days a new secret may last at most; null where the operator sets no limit.',
    }),
  })
  .meta({ id: 'PermissionCatalogue' });

interface PermissionRoutesOptions {
  readonly gatewayFor: (request: FastifyRequest) => Gateway;
  readonly maxSecretLifetimeDays: number | undefined;
}

/** GET …/permissions: what there is to choose from, and what of it the caller may choose. */
export function permissionRoutes(
  app: FastifyInstance,
  { gatewayFor, maxSecretLifetimeDays }: PermissionRoutesOptions,
): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/permissions',
    {
      config: { requiredPermissions: ['service-accounts:read'] },
      schema: {
        operationId: 'listPermissions',
        summary: 'The permission catalogue',
        description:
          'All permissions in groups, with labels and the modes that include them, and which of them, and of the modes, you may grant; and how long a secret may last. A permission that was provisioned shows up within half a minute.',
        tags: ['Permissions'],
        params: tenantParams,
        response: {
          200: catalogueSchema.describe('The catalogue.'),
          ...problemResponses(...readProblems),
        },
      },
    },
    async (request) => ({
      ...describe(await gatewayFor(request).catalogue(), request.caller),
      maxSecretLifetimeDays: maxSecretLifetimeDays ?? null,
    }),
  );
}

function describe(
  catalogue: Catalogue,
  caller: Caller,
): Omit<z.infer<typeof catalogueSchema>, 'maxSecretLifetimeDays'> {
  const { admin, agent } = catalogue.included;
  return {
    groups: catalogue.groups.map((group) => ({
      ...group,
      permissions: group.permissions.map((permission) => ({
        ...permission,
        includedIn: [
          ...(admin.has(permission.name) ? (['admin'] as const) : []),
          ...(agent.has(permission.name) ? (['agent'] as const) : []),
        ],
        grantable: holdsRole(caller, catalogue, permission.name),
      })),
    })),
    modes: modes.map((name) => ({ name, grantable: mayGrantMode(caller, catalogue, name) })),
  };
}

/** Custom can be granted by whoever holds a permission to choose. */
function mayGrantMode(caller: Caller, catalogue: Catalogue, mode: (typeof modes)[number]): boolean {
  if (mode === 'custom') return permissionNames(catalogue).some((name) => holdsRole(caller, catalogue, name));
  return rolesOf({ mode, permissions: [] }).every((role) => holdsRole(caller, catalogue, role));
}
