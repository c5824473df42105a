import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { names } from '../../names.ts';

const projectRoot = new URL('../../../', import.meta.url);

/** Role attributes hold far more, but role descriptions and the page do not. */
const label = z.string().trim().min(1).max(255);

const permission = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$/, 'must look like feature:action, in lower case'),
  label,
  description: label,
  /** Mode admin is not listed: it always has every permission. */
  modes: z.array(z.enum(['agent'])),
});

const group = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  label,
  permissions: z.array(permission).min(1),
});

const catalogueSchema = z
  .strictObject({ groups: z.array(group).min(1) })
  .superRefine(({ groups }, context) => {
    const permissionNames = groups.flatMap((group) => group.permissions.map(({ name }) => name));
    for (const name of repeated(permissionNames)) {
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

export type Catalogue = z.infer<typeof catalogueSchema>;

/** The catalogue file can't be read or is not a catalogue; the message says where and why. */
export class CatalogueError extends Error {}

/**
 * Reads and checks the permission catalogue, by default the one that ships. A relative path counts from the
 * project's root. Throws CatalogueError.
 */
export async function loadCatalogue(file = 'keycloak/permissions.json'): Promise<Catalogue> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(resolve(fileURLToPath(projectRoot), file), 'utf8'));
  } catch (error) {
    throw new CatalogueError(
      `permission catalogue ${file}: ${error instanceof Error ? error.message : error}`,
    );
  }
  return parseCatalogue(content, file);
}

/** Checks a permission catalogue; `source` is named in the message of the CatalogueError it may throw. */
export function parseCatalogue(content: unknown, source = 'catalogue'): Catalogue {
  const parsed = catalogueSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new CatalogueError(`permission catalogue ${source}:\n${z.prettifyError(parsed.error)}`);
}

/** The names of all permissions, or of those in a mode, in the order of the file. */
export function permissionNames({ groups }: Catalogue, mode?: 'agent'): string[] {
  const permissions = groups.flatMap((group) => group.permissions);
  return permissions
    .filter(({ modes }) => mode === undefined || modes.includes(mode))
    .map(({ name }) => name);
}

/** The names of all roles of `orki-api` that a token may carry: permissions and modes. */
export function allRoleNames(catalogue: Catalogue): string[] {
  return [...permissionNames(catalogue), ...Object.values(names.modeRoles)];
}
