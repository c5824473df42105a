import { createElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { enableShadowDOM } from 'react-stately/private/flags/flags';
import type { GetAccessToken } from './api/access-token.ts';
import styles from './design/styles.css?inline';
import type { Language } from './i18n/languages.ts';
import { browserRouter, memoryRouter, type PageRouter } from './page/router.ts';
import {
  ServiceAccountTokens,
  type ServiceAccountTokensProps,
  type ThemeVariable,
} from './page/service-account-tokens.tsx';

export type { GetAccessToken, Language, PageRouter, ThemeVariable };
export { browserRouter, memoryRouter };

const attributes = {
  'tenant-id': 'tenantId',
  'api-url': 'apiUrl',
  'token-url': 'tokenUrl',
  'tenant-api-url': 'tenantApiUrl',
  'documentation-url': 'documentationUrl',
  language: 'language',
  'color-scheme': 'colorScheme',
} as const;

const needed = ['tenantId', 'apiUrl', 'tokenUrl', 'getAccessToken'] as const;

/**
 * The settings page as `<orki-service-account-tokens>`, for hosts without React. What is text is an attribute; the
 * token, the router and the theme are properties. It shows nothing until it has all that it needs. Its shadow root
 * keeps the host's styles out, and dialogs open within it.
 */
export class ServiceAccountTokensElement extends HTMLElement {
  static readonly observedAttributes: readonly string[] = Object.keys(attributes);

  #root: Root | undefined;
  #properties: Partial<Pick<ServiceAccountTokensProps, 'getAccessToken' | 'router' | 'theme'>> = {};

  set getAccessToken(value: GetAccessToken) {
    this.#set({ getAccessToken: value });
  }

  set router(value: PageRouter) {
    this.#set({ router: value });
  }

  set theme(value: NonNullable<ServiceAccountTokensProps['theme']>) {
    this.#set({ theme: value });
  }

  connectedCallback(): void {
    const shadow = this.shadowRoot ?? this.#attachShadow();
    const place = document.createElement('div');
    shadow.replaceChildren(place);
    this.#root = createRoot(place);
    this.#render();
  }

  disconnectedCallback(): void {
    this.#root?.unmount();
    this.#root = undefined;
  }

  attributeChangedCallback(): void {
    this.#render();
  }

  #attachShadow(): ShadowRoot {
    const shadow = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    shadow.adoptedStyleSheets = [sheet];
    return shadow;
  }

  #set(properties: Partial<ServiceAccountTokensProps>): void {
    this.#properties = { ...this.#properties, ...properties };
    this.#render();
  }

  #render(): void {
    const texts = Object.entries(attributes).map(([attribute, property]) => [
      property,
      this.getAttribute(attribute) ?? undefined,
    ]);
    const props = {
      ...Object.fromEntries(texts),
      ...this.#properties,
      overlayContainer: this.shadowRoot ?? undefined,
    };
    if (needed.some((name) => props[name] === undefined)) return;
    this.#root?.render(createElement(ServiceAccountTokens, props as ServiceAccountTokensProps));
  }
}

enableShadowDOM();
customElements.define('orki-service-account-tokens', ServiceAccountTokensElement);
