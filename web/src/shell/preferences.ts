import { type Language, languages, nearestLanguage } from '../i18n/languages.ts';

export type ColorScheme = 'light' | 'dark' | 'system';

/** How the person likes the page; kept in the browser, and nothing else is. */
export interface Preferences {
  readonly language: Language;
  readonly colorScheme: ColorScheme;
}

const key = 'orki.settings-page';

export function readPreferences(): Preferences {
  const kept = parse(localStorage.getItem(key));
  const language = Object.keys(languages).find((name) => name === kept.language) as Language | undefined;
  const colorScheme = (['light', 'dark', 'system'] as const).find((name) => name === kept.colorScheme);
  return {
    language: language ?? nearestLanguage(navigator.languages),
    colorScheme: colorScheme ?? 'system',
  };
}

export function keepPreferences(preferences: Preferences): void {
  localStorage.setItem(key, JSON.stringify(preferences));
}

function parse(text: string | null): Record<string, unknown> {
  try {
    return JSON.parse(text ?? '{}') ?? {};
  } catch {
    return {};
  }
}
