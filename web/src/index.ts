export { SessionEndedError } from './api/errors.ts';
export type { GetAccessToken } from './api/page-client.ts';
export type { Language } from './i18n/languages.ts';
export { browserRouter, memoryRouter, type PageRouter } from './page/router.ts';
export {
  ServiceAccountTokens,
  type ServiceAccountTokensProps,
  type ThemeVariable,
} from './page/service-account-tokens.tsx';

import './design/styles.css';
