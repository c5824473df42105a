import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type CSSProperties, type ReactNode, useEffect, useMemo, useState } from 'react';
import { UNSAFE_PortalProvider as PortalProvider } from 'react-aria/PortalProvider';
import { I18nProvider } from 'react-aria-components';
import type { GetAccessToken } from '../api/access-token.ts';
import { createPageClient } from '../api/page-client.ts';
import { createWaiting } from '../api/waiting.ts';
import { forgoInjectedStyle } from '../design/injected-style.ts';
import { Notice } from '../design/notice.tsx';
import { type Language, loadLanguage, nearestLanguage } from '../i18n/languages.ts';
import { type Texts, TextsContext, textsOf } from '../i18n/text.ts';
import { createAnnouncements } from './announcements.ts';
import { type Learned, PageContext } from './page-context.ts';
import { memoryRouter, type PageRouter } from './router.ts';
import { Screens } from './screens.tsx';

/** A CSS variable of the page's theme; `docs/settings-page.md` has the list. */
export type ThemeVariable = `--orki-${string}`;

export interface ServiceAccountTokensProps {
  /**
   * Gives an access token of the signed-in person, for the tenant, that is good now. Called before each request; with
   * `refused` when the service has just refused that token. Rejects when the person has to sign in again.
   */
  readonly getAccessToken: GetAccessToken;
  readonly tenantId: string;
  /** The service as the browser reaches it, with the path that it lies behind: `https://api.orki.ai/gateway`. */
  readonly apiUrl: string;
  /** Keycloak's token URL, which the samples for integrators name. */
  readonly tokenUrl: string;
  /** Where the tenant's API is, for the samples; by default `apiUrl`. */
  readonly tenantApiUrl?: string | undefined;
  /** Where integrators read on; there is no link without it. */
  readonly documentationUrl?: string | undefined;
  /** By default that of the browser, or English if the page does not have it. */
  readonly language?: Language | undefined;
  /** By default that of the system. */
  readonly colorScheme?: 'light' | 'dark' | 'system' | undefined;
  readonly theme?: Readonly<Partial<Record<ThemeVariable, string>>> | undefined;
  /** Keeps the page's location; by default the page does that itself, and the address bar does not change. */
  readonly router?: PageRouter | undefined;
  /** Where dialogs and menus are put, for a page within a shadow root; by default the document's body. */
  readonly overlayContainer?: Element | ShadowRoot | undefined;
}

/** Settings > Service Account Tokens, for the frontend to mount. */
export function ServiceAccountTokens(props: ServiceAccountTokensProps) {
  const { colorScheme = 'system', theme, overlayContainer } = props;
  const texts = useLoadedTexts(props.language);
  const [overlays, setOverlays] = useState<HTMLElement>();
  const look = {
    lang: texts?.language ?? 'en',
    dir: texts?.direction ?? 'ltr',
    'data-scheme': colorScheme,
  };
  useEffect(() => {
    forgoInjectedStyle(document);
    const element = document.createElement('div');
    (overlayContainer ?? document.body).append(element);
    setOverlays(element);
    return () => element.remove();
  }, [overlayContainer]);
  useEffect(() => {
    if (overlays === undefined) return;
    overlays.className = 'orki-sa orki-overlays';
    for (const [name, value] of Object.entries(look)) overlays.setAttribute(name, value);
    for (const [name, value] of Object.entries(theme ?? {})) overlays.style.setProperty(name, value ?? null);
  });
  return (
    <div className="orki-sa orki-page" {...look} style={theme as CSSProperties}>
      {texts && overlays && (
        <TextsContext value={texts}>
          <I18nProvider locale={texts.language}>
            <PortalProvider getContainer={() => overlays}>
              <Providers {...props}>
                <Screens />
              </Providers>
            </PortalProvider>
          </I18nProvider>
        </TextsContext>
      )}
    </div>
  );
}

/** The texts of the wanted language; those of the one before until they are loaded. */
function useLoadedTexts(wanted: Language | undefined): Texts | undefined {
  const [texts, setTexts] = useState<Texts>();
  useEffect(() => {
    let isWanted = true;
    void loadLanguage(wanted ?? nearestLanguage(navigator.languages)).then((i18n) => {
      if (isWanted) setTexts(textsOf(i18n));
    });
    return () => {
      isWanted = false;
    };
  }, [wanted]);
  return texts;
}

function Providers(props: ServiceAccountTokensProps & { readonly children: ReactNode }) {
  const { apiUrl, tenantId, getAccessToken, tokenUrl, tenantApiUrl = apiUrl, documentationUrl } = props;
  const [ownRouter] = useState(() => memoryRouter());
  const [announcements] = useState(createAnnouncements);
  const [waiting] = useState(createWaiting);
  const [learned] = useState<Learned>(() => ({ isRotationUnavailable: false }));
  const router = props.router ?? ownRouter;
  const client = useMemo(
    () => createPageClient({ apiUrl, tenantId, getAccessToken, waiting }),
    [apiUrl, tenantId, getAccessToken, waiting],
  );
  // Another tenant's or person's answers are never shown.
  const queries = useMemo(() => newQueryClient(client), [client]);
  const page = useMemo(
    () => ({
      client,
      waiting,
      router,
      learned,
      tenantId,
      tokenUrl,
      tenantApiUrl,
      documentationUrl,
      announce: announcements.announce,
    }),
    [client, waiting, router, learned, tenantId, tokenUrl, tenantApiUrl, documentationUrl, announcements],
  );
  return (
    <PageContext value={page}>
      <QueryClientProvider client={queries}>
        {props.children}
        <Notice announcements={announcements} />
      </QueryClientProvider>
    </PageContext>
  );
}

/** The client of the API repeats what is worth repeating. */
function newQueryClient(_of: unknown): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } });
}
