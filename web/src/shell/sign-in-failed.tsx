import { useTexts } from '../i18n/text.ts';
import type { SignInError } from './sign-in.ts';

/** Why there is no session, and a way to try once more. */
export function SignInFailed({ failure }: { readonly failure: SignInError }) {
  const { t } = useTexts();
  return (
    <section className="shell-failure" role="alert">
      <h1>{t('sign-in.failed.title')}</h1>
      <p>{t(`sign-in.failed.${failure.failure}`, { reason: failure.message })}</p>
      <button type="button" className="shell-button" onClick={() => location.assign(location.pathname)}>
        {t('action.retry')}
      </button>
    </section>
  );
}
