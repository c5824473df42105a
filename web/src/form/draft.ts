import type {
  CreateServiceAccount,
  EditServiceAccount,
  PermissionCatalogue,
  ServiceAccount,
} from '@orki/service-accounts-client';
import type { FieldErrors } from '../api/errors.ts';
import { type Mode, permissionsOf } from '../api/rights.ts';
import type { Texts } from '../i18n/text.ts';
import type { Prefill } from '../page/place.ts';

const maxUsername = 64;
export const maxDescription = 500;

/** What stands in the form. */
export interface Draft {
  readonly username: string;
  readonly description: string;
  readonly mode: Mode | undefined;
  /** What was selected for Custom; kept while another mode is looked at. */
  readonly permissions: ReadonlySet<string>;
}

export const emptyDraft: Draft = { username: '', description: '', mode: undefined, permissions: new Set() };

export const draftOf = (account: ServiceAccount): Draft => ({
  username: account.username,
  description: account.description ?? '',
  mode: account.mode,
  permissions: new Set(account.mode === 'custom' ? account.permissions : []),
});

export interface PrefilledDraft {
  readonly draft: Draft;
  /** What a link asked for and nobody, or not this person, can grant. */
  readonly unknown: readonly string[];
  readonly notGrantable: readonly string[];
}

/** The draft that a link asks for, with no more than the person may grant. */
export function draftFrom(prefill: Prefill, catalogue: PermissionCatalogue): PrefilledDraft {
  const all = new Map(permissionsOf(catalogue).map((permission) => [permission.name, permission]));
  const unknown = prefill.permissions.filter((name) => !all.has(name));
  const notGrantable = prefill.permissions.filter((name) => all.get(name)?.grantable === false);
  const permissions = new Set(prefill.permissions.filter((name) => all.get(name)?.grantable));
  const mode = catalogue.modes.find(({ name, grantable }) => grantable && name === prefill.mode)?.name;
  return {
    draft: { username: prefill.username, description: prefill.description, mode, permissions },
    unknown,
    notGrantable,
  };
}

const sameSet = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
  one.size === other.size && one.isSubsetOf(other);

/** Whether two drafts ask for the same. */
export const isSameDraft = (one: Draft, other: Draft): boolean =>
  one.username === other.username &&
  one.description === other.description &&
  one.mode === other.mode &&
  (one.mode !== 'custom' || sameSet(one.permissions, other.permissions));

/** What can be seen to be wrong without asking the service; the service has the last word. */
export function draftErrors(draft: Draft, { t }: Texts): FieldErrors {
  const errors: FieldErrors = {};
  if (draft.username.trim() === '') errors.username = t('field.username.required');
  else if ([...draft.username.trim()].length > maxUsername) errors.username = t('field.username.too-long');
  if ([...draft.description].length > maxDescription) errors.description = t('field.description.too-long');
  if (draft.mode === undefined) errors.mode = t('field.mode.required');
  if (draft.mode === 'custom' && draft.permissions.size === 0)
    errors.permissions = t('field.permissions.required');
  return errors;
}

const descriptionOf = ({ description }: Draft) => description.trim();

/** The body that creates what the draft asks for, but for how it authenticates. */
export function creationOf(draft: Draft): Omit<CreateServiceAccount, 'credentials'> {
  const { mode = 'custom', permissions } = draft;
  const description = descriptionOf(draft);
  return {
    username: draft.username.trim(),
    ...(description !== '' && { description }),
    mode,
    ...(mode === 'custom' && { permissions: [...permissions] }),
  };
}

/** The fields in which the draft differs from the account; empty when there are none. */
export function changesOf(draft: Draft, account: ServiceAccount): EditServiceAccount {
  const before = draftOf(account);
  const description = descriptionOf(draft);
  const changesMode = draft.mode !== before.mode;
  const changesPermissions =
    draft.mode === 'custom' && (changesMode || !sameSet(draft.permissions, before.permissions));
  return {
    ...(draft.username.trim() !== before.username && { username: draft.username.trim() }),
    ...(description !== before.description && { description: description === '' ? null : description }),
    ...(changesMode && draft.mode !== undefined && { mode: draft.mode }),
    ...(changesPermissions && { permissions: [...draft.permissions] }),
  };
}
