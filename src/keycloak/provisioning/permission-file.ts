import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { names } from '../../names.ts';

const projectRoot = new URL('../../../', import.meta.url);

/** Role attributes hold far more, but role descriptions and the page do not. */
const label = z.string().trim().min(1).max(255);

const permission = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$/, 'must look like feature:action, in lower case'),
    label,
    description: label,
    /** Mode admin is not listed: it has every permission that is not excluded from it. */
    modes: z.array(z.enum(['agent'])),
    /** Left out of mode admin too: only accounts that it is chosen for have it. */
    excludedFromAdmin: z.boolean().optional(),
  })
  .refine(({ modes, excludedFromAdmin }) => !excludedFromAdmin || modes.length === 0, {
    message: 'is excluded from mode admin, so no other mode may include it',
    path: ['modes'],
  });

const group = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  label,
  permissions: z.array(permission).min(1),
});

const permissionFile = z
  .strictObject({ groups: z.array(group).min(1) })
  .superRefine(({ groups }, context) => {
    const permissions = groups.flatMap((group) => group.permissions.map(({ name }) => name));
    for (const name of repeated(permissions)) {
      context.addIssue({ code: 'custom', path: ['groups'], message: `permission ${name} is there twice` });
    }
    for (const name of repeated(groups.map(({ name }) => name))) {
      context.addIssue({ code: 'custom', path: ['groups'], message: `group ${name} is there twice` });
    }
    if (!groups.some((group) => group.permissions.some(({ modes }) => modes.includes('agent')))) {
      context.addIssue({ code: 'custom', path: ['groups'], message: 'mode agent has no permission' });
    }
  });

function repeated(values: string[]): Set<string> {
  return new Set(values.filter((value, index) => values.indexOf(value) !== index));
}

/** What keycloak/permissions.json says: all permissions, in groups, and which of them the modes include. */
export type PermissionFile = z.infer<typeof permissionFile>;

/** The permission file can't be read, or its content is not valid; the message says where and why. */
export class PermissionFileError extends Error {}

/**
 * Reads and checks a permission file, by default the one that ships. A relative path counts from the project's root.
 * @throws {PermissionFileError}
 */
export async function readPermissionFile(path = 'keycloak/permissions.json'): Promise<PermissionFile> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(resolve(fileURLToPath(projectRoot), path), 'utf8'));
  } catch (error) {
    throw new PermissionFileError(
      `permission catalogue ${path}: ${error instanceof Error ? error.message : error}`,
    );
  }
  return parsePermissionFile(content, path);
}

/**
 * Checks the content of a permission file.
 * @param path is named in the message of the error
 * @throws {PermissionFileError}
 */
export function parsePermissionFile(content: unknown, path: string): PermissionFile {
  const parsed = permissionFile.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new PermissionFileError(`permission catalogue ${path}:\n${z.prettifyError(parsed.error)}`);
}

/** The names of all permissions, or of those that a mode includes, in the order of the file. */
export function permissionNames({ groups }: PermissionFile, mode?: Mode): string[] {
  return groups
    .flatMap((group) => group.permissions)
    .filter(({ modes, excludedFromAdmin }) => {
      if (mode === undefined) return true;
      return mode === 'admin' ? !excludedFromAdmin : modes.includes(mode);
    })
    .map(({ name }) => name);
}

type Mode = 'admin' | 'agent';

/** The names of all roles of `orki-api` that a token may carry: permissions and modes. */
export function grantableRoleNames(file: PermissionFile): string[] {
  return [...permissionNames(file), ...Object.values(names.modeRoles)];
}
