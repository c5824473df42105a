import type { User, UserManager } from 'oidc-client-ts';
import { useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { loadLanguage } from '../i18n/languages.ts';
import { type Texts, TextsContext, textsOf } from '../i18n/text.ts';
import { browserRouter } from '../page/router.ts';
import { ServiceAccountTokens } from '../page/service-account-tokens.tsx';
import type { Configuration } from './configuration.ts';
import { keepPreferences, type Preferences, readPreferences } from './preferences.ts';
import { createSession, type Session, SignInError } from './sign-in.ts';
import { SignInAgain, type SignInRequest } from './sign-in-again.tsx';
import { SignInFailed } from './sign-in-failed.tsx';
import { TopBar } from './top-bar.tsx';

/** As large as the person wants texts; a host's own root may mean anything by it. */
const shellTheme = { '--orki-font-size': 'max(14px, 0.9375rem)' };

interface ShellProps {
  readonly base: string;
  readonly configuration: Configuration;
  readonly manager: UserManager;
  /** Gives nobody when the browser is on its way to Keycloak. */
  readonly signingIn: Promise<User | undefined>;
}

/** Renders the page into the document. */
export function renderShell(props: ShellProps): void {
  const place = document.getElementById('page');
  if (place === null) throw new Error('The document has no place for the page.');
  // React would ask for it after it has rendered.
  void loadLanguage(readPreferences().language);
  createRoot(place).render(<Shell {...props} />);
}

/** The page by itself: signing in, a bar with what belongs to the person, and the settings page below it. */
function Shell({ base, configuration, manager, signingIn }: ShellProps) {
  const [preferences, setPreferences] = useState(readPreferences);
  const texts = useShellTexts(preferences);
  const router = useMemo(() => browserRouter(base), [base]);
  const [session, setSession] = useState<Session>();
  const [failure, setFailure] = useState<SignInError>();
  const [request, setRequest] = useState<SignInRequest>();

  useEffect(() => {
    const ask = (signIn: () => Promise<void>) =>
      new Promise<void>((done) => {
        setRequest({ signIn, done });
      }).finally(() => setRequest(undefined));
    signingIn
      .then((user) => {
        if (user) setSession(createSession(manager, user, ask));
      })
      .catch((error) =>
        setFailure(error instanceof SignInError ? error : new SignInError('refused', String(error))),
      );
  }, [manager, signingIn]);

  const change = (next: Preferences) => {
    keepPreferences(next);
    setPreferences(next);
  };
  if (texts === undefined) return null;
  return (
    <TextsContext value={texts}>
      <a className="skip-link" href="#content">
        {texts.t('shell.skip')}
      </a>
      <TopBar session={session} preferences={preferences} onChange={change} />
      <main id="content" className="shell-content" tabIndex={-1}>
        {failure ? (
          <SignInFailed failure={failure} />
        ) : session ? (
          <ServiceAccountTokens
            getAccessToken={session.getAccessToken}
            tenantId={session.tenantId}
            apiUrl={configuration.publicUrl}
            tokenUrl={`${configuration.issuer}/protocol/openid-connect/token`}
            tenantApiUrl={configuration.tenantApiUrl}
            documentationUrl={`${configuration.publicUrl}/swagger`}
            language={preferences.language}
            colorScheme={preferences.colorScheme}
            router={router}
            theme={shellTheme}
          />
        ) : (
          <p className="shell-pending" role="status">
            <span className="shell-spinner" aria-hidden="true" />
            {texts.t('sign-in.pending')}
          </p>
        )}
      </main>
      {request && <SignInAgain request={request} />}
    </TextsContext>
  );
}

function useShellTexts({ language, colorScheme }: Preferences): Texts | undefined {
  const [texts, setTexts] = useState<Texts>();
  useEffect(() => {
    void loadLanguage(language).then((i18n) => setTexts(textsOf(i18n)));
  }, [language]);
  useEffect(() => {
    const { documentElement } = document;
    documentElement.dataset.scheme = colorScheme;
    if (texts === undefined) return;
    documentElement.lang = texts.language;
    documentElement.dir = texts.direction;
    document.title = `${texts.t('title')} · Orki`;
  }, [texts, colorScheme]);
  return texts;
}
