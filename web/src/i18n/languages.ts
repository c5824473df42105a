import { type I18n, type i18n, setupI18n } from '@lingui/core';
import type { messages as english } from './messages/en.ts';

export type Language = 'en' | 'ar';
export type MessageId = keyof typeof english;

/** The languages of the page, by their own names. */
export const languages: Readonly<
  Record<Language, { readonly name: string; readonly direction: 'ltr' | 'rtl' }>
> = {
  en: { name: 'English', direction: 'ltr' },
  ar: { name: 'العربية', direction: 'rtl' },
};

const loaders: Readonly<Record<Language, () => Promise<{ messages: object }>>> = {
  en: () => import('./messages/en.ts'),
  ar: () => import('./messages/ar.ts'),
};

/** The messages of one language; the others are not loaded. */
export async function loadLanguage(language: Language): Promise<I18n> {
  const { messages } = await loaders[language]();
  return setupI18n({ locale: language, messages: { [language]: messages as typeof i18n.messages } });
}

/** The language of the page that comes nearest to one such as `ar-EG`; English when there is none. */
export function nearestLanguage(wanted: readonly string[]): Language {
  const known = Object.keys(languages) as Language[];
  for (const tag of wanted) {
    const language = known.find((name) => tag.toLowerCase().split('-')[0] === name);
    if (language !== undefined) return language;
  }
  return 'en';
}
