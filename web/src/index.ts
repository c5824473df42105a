export { type GetAccessToken, SessionEndedError } from './api/access-token.ts';
export type { Language } from './i18n/languages.ts';
export { browserRouter, memoryRouter, type PageRouter } from './page/router.ts';
export {
  ServiceAccountTokens,
  type ServiceAccountTokensProps,
  type ThemeVariable,
} from './page/service-account-tokens.tsx';

import './design/styles.css';
