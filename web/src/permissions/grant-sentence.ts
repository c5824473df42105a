import type { PermissionCatalogue } from '@orki/service-accounts-client';
import type { Mode } from '../api/rights.ts';
import type { Texts } from '../i18n/text.ts';
import { groupLabel, permissionLabel } from './labels.ts';

/** Areas in which most harm is done: their absence is named first. */
const sensitive = ['team', 'security', 'service-accounts', 'settings'];
const namedAreas = 3;

export interface GrantSentence {
  readonly can: string;
  /** Areas in which nothing is granted; undefined when there are none. */
  readonly cannot: string | undefined;
}

/** What an account of this mode may do, as one says it: "Can view customers and reply in conversations." */
export function grantSentence(
  catalogue: PermissionCatalogue,
  mode: Mode | undefined,
  chosen: ReadonlySet<string>,
  texts: Texts,
): GrantSentence {
  const { t, list } = texts;
  if (mode === undefined) return { can: t('summary.choose-mode'), cannot: undefined };
  if (mode === 'admin') return { can: t('summary.everything'), cannot: undefined };
  const { groups } = catalogue;
  const granted = mode === 'agent' ? included(catalogue, 'agent') : chosen;
  if (granted.size === 0) return { can: t('summary.choose-permissions'), cannot: undefined };
  const things = groups.flatMap((group) => thingsOf(group, granted, texts));
  const untouched = groups.filter(({ permissions }) => !permissions.some(({ name }) => granted.has(name)));
  return {
    can: t('summary.can', { things: list(things) }),
    cannot:
      untouched.length === 0 ? undefined : t('summary.no-access', { groups: list(areas(untouched, texts)) }),
  };
}

type Group = PermissionCatalogue['groups'][number];

function included(catalogue: PermissionCatalogue, mode: 'admin' | 'agent'): ReadonlySet<string> {
  const permissions = catalogue.groups.flatMap((group) => group.permissions);
  return new Set(permissions.filter(({ includedIn }) => includedIn.includes(mode)).map(({ name }) => name));
}

function thingsOf(group: Group, granted: ReadonlySet<string>, texts: Texts): string[] {
  const held = group.permissions.filter(({ name }) => granted.has(name));
  if (held.length > 1 && held.length === group.permissions.length)
    return [texts.t('summary.all-of-group', { group: withinSentence(groupLabel(group, texts)) })];
  return held.map((permission) => withinSentence(permissionLabel(permission, texts)));
}

function areas(untouched: readonly Group[], texts: Texts): string[] {
  const rank = ({ name }: Group) => (sensitive.indexOf(name) + sensitive.length + 1) % (sensitive.length + 1);
  const ordered = untouched.toSorted((one, other) => rank(one) - rank(other));
  const names = ordered.map((group) => withinSentence(groupLabel(group, texts)));
  if (names.length <= namedAreas + 1) return names;
  const rest = names.length - namedAreas;
  return [...names.slice(0, namedAreas), texts.t('summary.other-areas', { count: rest })];
}

/** Small at its start, unless it starts with an abbreviation such as AI. */
const withinSentence = (label: string): string =>
  /^\p{Lu}\p{Lu}/u.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
