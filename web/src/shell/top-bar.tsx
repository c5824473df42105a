import { type Language, languages } from '../i18n/languages.ts';
import { useTexts } from '../i18n/text.ts';
import type { ColorScheme, Preferences } from './preferences.ts';
import type { Session } from './sign-in.ts';

interface TopBarProps {
  readonly session: Session | undefined;
  readonly preferences: Preferences;
  readonly onChange: (preferences: Preferences) => void;
}

/** Where the person is and who they are, and how they like the page. */
export function TopBar({ session, preferences, onChange }: TopBarProps) {
  const { t } = useTexts();
  return (
    <header className="top-bar">
      <span className="top-bar-mark">
        <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
          <circle cx="12" cy="12" r="7.5" />
          <circle cx="17.3" cy="6.7" r="3.2" />
        </svg>
        Orki
      </span>
      <span className="top-bar-place">{t('shell.settings')}</span>
      {session && (
        <span className="top-bar-tenant" translate="no">
          <bdi>{session.tenantId}</bdi>
        </span>
      )}
      <span className="top-bar-space" />
      <select
        className="top-bar-select"
        aria-label={t('shell.language')}
        value={preferences.language}
        onChange={(event) => onChange({ ...preferences, language: event.target.value as Language })}
      >
        {Object.entries(languages).map(([language, { name }]) => (
          <option key={language} value={language} lang={language}>
            {name}
          </option>
        ))}
      </select>
      <select
        className="top-bar-select"
        aria-label={t('shell.theme')}
        value={preferences.colorScheme}
        onChange={(event) => onChange({ ...preferences, colorScheme: event.target.value as ColorScheme })}
      >
        {(['system', 'light', 'dark'] as const).map((scheme) => (
          <option key={scheme} value={scheme}>
            {t(`shell.theme.${scheme}`)}
          </option>
        ))}
      </select>
      {session && (
        <>
          <span className="top-bar-person">
            <span className="visually-hidden">{t('shell.signed-in', { name: session.name })}</span>
            <bdi aria-hidden="true">{session.name}</bdi>
          </span>
          <button type="button" className="top-bar-button" onClick={() => void session.signOut()}>
            {t('sign-out')}
          </button>
        </>
      )}
    </header>
  );
}
