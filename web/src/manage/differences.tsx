import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import { Fragment, type ReactNode } from 'react';
import { Time } from '../design/time.tsx';
import { type Draft, draftOf } from '../form/draft.ts';
import { type Texts, useTexts } from '../i18n/text.ts';
import { CredentialsHint } from '../keys/credentials-hint.tsx';
import { labelsOf } from '../permissions/labels.ts';

export interface Version {
  readonly draft: Draft;
  /** What a form does not hold; undefined on the side of what was entered. */
  readonly account: ServiceAccount | undefined;
}

interface DifferencesProps {
  readonly catalogue: PermissionCatalogue;
  readonly columns: readonly [string, string];
  readonly versions: readonly [Version, Version];
}

interface Row {
  readonly label: string;
  readonly cells: readonly [ReactNode, ReactNode];
  readonly differs: boolean;
}

/** Two versions of an account side by side, where they differ. */
export function Differences({ catalogue, columns, versions }: DifferencesProps) {
  const texts = useTexts();
  const { t } = texts;
  const rows = rowsOf(versions, catalogue, texts).filter(({ differs }) => differs);
  if (rows.length === 0) return <p className="note">{t('conflict.only-version')}</p>;
  return (
    <table className="differences">
      <thead>
        <tr>
          <th scope="col" className="differences-column">
            {t('conflict.field')}
          </th>
          {columns.map((column) => (
            <th key={column} scope="col" className="differences-column">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, cells: [first, second] }) => (
          <tr key={label}>
            <th scope="row" className="differences-field">
              {label}
            </th>
            <td data-label={columns[0]}>{first}</td>
            <td data-label={columns[1]}>{second}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function rowsOf(versions: DifferencesProps['versions'], catalogue: PermissionCatalogue, texts: Texts): Row[] {
  const { t } = texts;
  const row = (
    label: string,
    text: (version: Version) => string,
    cell: (version: Version) => ReactNode,
  ): Row => {
    const [first, second] = versions;
    return { label, cells: [cell(first), cell(second)], differs: text(first) !== text(second) };
  };
  const permissions = ({ draft }: Version) =>
    draft.mode === 'custom' ? labelsOf(catalogue, [...draft.permissions], texts) : [];
  const rows = [
    row(
      t('form.username'),
      ({ draft }) => draft.username,
      ({ draft }) => <bdi>{draft.username}</bdi>,
    ),
    row(
      t('form.description'),
      ({ draft }) => draft.description,
      ({ draft }) => (draft.description === '' ? t('create.none') : <bdi>{draft.description}</bdi>),
    ),
    row(
      t('form.mode'),
      ({ draft }) => draft.mode ?? '',
      ({ draft }) => draft.mode && t(`mode.${draft.mode}`),
    ),
    row(
      t('form.permissions'),
      (version) => permissions(version).join(),
      (version) => (permissions(version).length === 0 ? t('create.none') : texts.list(permissions(version))),
    ),
  ];
  const [first, second] = versions;
  if (first.account === undefined || second.account === undefined) return rows;
  return [...rows, ...stateRows(row, texts)];
}

type MakeRow = (
  label: string,
  text: (version: Version) => string,
  cell: (version: Version) => ReactNode,
) => Row;

function stateRows(row: MakeRow, { t, brief }: Texts): Row[] {
  return [
    row(
      t('conflict.field.status'),
      ({ account }) => account?.status ?? '',
      ({ account }) => account && t(`status.${account.status}`),
    ),
    row(
      t('conflict.field.secret'),
      ({ account }) => account?.secretCreatedAt ?? '',
      ({ account }) =>
        account && (
          <Fragment>
            <CredentialsHint account={account} /> <Time at={account.secretCreatedAt} />
          </Fragment>
        ),
    ),
    row(
      t('form.expiry'),
      ({ account }) => account?.secretExpiresAt ?? '',
      ({ account }) => (account?.secretExpiresAt ? brief(account.secretExpiresAt) : t('form.expiry.never')),
    ),
    row(
      t('account.previous-secret'),
      ({ account }) => JSON.stringify(account?.previousSecret),
      ({ account }) =>
        account?.previousSecret ? (
          <Fragment>
            <code dir="ltr">…{account.previousSecret.hint}</code>{' '}
            {t('conflict.previous-secret', { time: brief(account.previousSecret.validUntil) })}
          </Fragment>
        ) : (
          t('create.none')
        ),
    ),
  ];
}

export const versionOf = (account: ServiceAccount): Version => ({ draft: draftOf(account), account });
