import type { ServiceAccount } from '@orki/service-accounts-client';
import { useTexts } from '../i18n/text.ts';
import { algorithmOf } from './read-keys.ts';

/** By what people tell the credentials of an account apart: the hint of its secret, or how its keys sign. */
export function CredentialsHint({ account }: { readonly account: ServiceAccount }) {
  const { t, list } = useTexts();
  const { credentials, secretHint } = account;
  if (credentials.type === 'jwks') {
    const names = credentials.keys.map(({ kid }) => kid);
    return (
      <span className="key-hint" title={list(names)}>
        {t('list.keys', {
          count: names.length,
          algorithms: list([...new Set(credentials.keys.map(algorithmOf))]),
        })}
      </span>
    );
  }
  return (
    <code className="hint" dir="ltr" title={t('list.hint', { hint: secretHint ?? '' })}>
      …{secretHint}
    </code>
  );
}
