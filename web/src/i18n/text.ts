import type { I18n } from '@lingui/core';
import { createContext, use } from 'react';
import { type Language, languages, type MessageId } from './languages.ts';

type Values = Readonly<Record<string, string | number>>;

/** The texts of the page in its language, and how that language writes times and enumerations. */
export interface Texts {
  readonly language: Language;
  readonly direction: 'ltr' | 'rtl';
  readonly t: (id: MessageId, values?: Values) => string;
  /** The message of that name if there is one, such as of a permission that Orki itself ships. */
  readonly known: (id: string) => string | undefined;
  readonly list: (items: readonly string[]) => string;
  readonly exact: (time: string) => string;
  /** The same as it fits into a line: without seconds. */
  readonly brief: (time: string) => string;
  readonly day: (time: string) => string;
  /** A time of the next days, without the year. */
  readonly soon: (time: string) => string;
  readonly relative: (time: string, now: number) => string;
  /** How far away a time is that is still to come, such as 'in 3 days'. */
  readonly until: (time: string, now: number) => string;
}

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** Rounded down, but for what is missing since a person chose 30 days a moment ago. */
const whole = (value: number) => Math.floor(value + 1 / 24);

/** Wraps what may run in the other direction, so that a username does not turn a sentence around. */
const isolate = (value: string) => `\u2068${value}\u2069`;

/** The texts of a language whose messages were loaded. */
export function textsOf(i18n: I18n): Texts {
  const language = i18n.locale as Language;
  const { direction } = languages[language];
  const enumeration = new Intl.ListFormat(language);
  const exactly = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'long' });
  const briefly = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const shortly = new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  });
  const daily = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const relatively = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const ahead = new Intl.RelativeTimeFormat(language);
  const prepare = (values: Values): Values =>
    direction === 'ltr'
      ? values
      : Object.fromEntries(
          Object.entries(values).map(([name, value]) => [
            name,
            typeof value === 'string' ? isolate(value) : value,
          ]),
        );
  return {
    language,
    direction,
    t: (id, values = {}) => i18n._(id, prepare(values)),
    known: (id) => (id in i18n.messages ? i18n._(id) : undefined),
    list: (items) => enumeration.format(items),
    exact: (time) => exactly.format(new Date(time)),
    brief: (time) => briefly.format(new Date(time)),
    day: (time) => daily.format(new Date(time)),
    soon: (time) => shortly.format(new Date(time)),
    relative: (time, now) => {
      const seconds = Math.min(0, (new Date(time).getTime() - now) / 1000);
      const step = steps.find(([, length]) => -seconds >= length);
      if (step === undefined) return i18n._('just-now');
      const [unit, length] = step;
      return relatively.format(Math.round(seconds / length), unit);
    },
    until: (time, now) => {
      const minutes = Math.max(1, (new Date(time).getTime() - now) / 60_000);
      // In days up to two months, and in hours up to two days: whoever has to act in time wants to know it so.
      if (minutes < 120) return ahead.format(Math.floor(minutes), 'minute');
      if (minutes < 48 * 60) return ahead.format(whole(minutes / 60), 'hour');
      const days = minutes / 1440;
      return days < 60 ? ahead.format(whole(days), 'day') : ahead.format(whole(days / 30.44), 'month');
    },
  };
}

/** An empty field runs as the page does, for its placeholder; text that was entered in its own direction. */
export const directionOf = (value: string): { dir?: 'auto' } => (value === '' ? {} : { dir: 'auto' });

export const TextsContext = createContext<Texts | undefined>(undefined);

/** The texts of the page that this component is part of. */
export function useTexts(): Texts {
  const texts = use(TextsContext);
  if (texts === undefined) throw new Error('This component has to be within the page.');
  return texts;
}
