import { createContext, use } from 'react';
import type { PageClient } from '../api/page-client.ts';
import type { Waiting } from '../api/waiting.ts';
import type { PageRouter } from './router.ts';

/** What an answer has said that holds for every account, until the page is loaded again. */
export interface Learned {
  /** Whether Keycloak neither keeps a second secret nor ends one. */
  isRotationUnavailable: boolean;
}

/** What the whole page shares. */
export interface Page {
  readonly client: PageClient;
  readonly waiting: Waiting;
  readonly router: PageRouter;
  readonly learned: Learned;
  readonly tenantId: string;
  /** Keycloak's token URL, for the samples. */
  readonly tokenUrl: string;
  /** Where the tenant's API is, for the samples. */
  readonly tenantApiUrl: string;
  readonly documentationUrl: string | undefined;
  /** Says something to everybody: it is shown, and read aloud by screen readers. Nothing takes it away again. */
  readonly announce: (text: string | undefined) => void;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = use(PageContext);
  if (page === undefined) throw new Error('This component has to be within the page.');
  return page;
}
