import { buildSettingsPage } from '../../../dev/page-build.ts';

/** The page that is tested is the one that these sources make. */
export const setup = () => buildSettingsPage();
