/** What the service tells the stand-alone page; nothing of it is in the bundle. */
export interface Configuration {
  /** Keycloak's realm as the browser reaches it. */
  readonly issuer: string;
  readonly clientId: string;
  /** The service as the browser reaches it, with the path that it lies behind. */
  readonly publicUrl: string;
  readonly tenantApiUrl: string;
}

const pagePath = '/settings/service-account-tokens';

/** Reads what the service has put into the page. */
export function readConfiguration(document: Document): Configuration {
  const content = document.querySelector('meta[name="settings-page"]')?.getAttribute('content');
  if (!content) throw new Error('The page lacks its configuration.');
  return JSON.parse(content);
}

/** The path of the page's own address. */
export const basePath = ({ publicUrl }: Configuration): string =>
  `${new URL(publicUrl).pathname.replace(/\/+$/, '')}${pagePath}`;
