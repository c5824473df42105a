import { useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/text.ts';

const minuteMs = 60_000;
let now = Date.now();

function everyMinute(listener: () => void): () => void {
  // Nobody kept it current while nobody listened.
  if (Date.now() - now > minuteMs) now = Date.now();
  const timer = setInterval(() => {
    now = Date.now();
    listener();
  }, minuteMs);
  return () => clearInterval(timer);
}

/** What time it is, looked at every minute. */
export const useNow = (): number => useSyncExternalStore(everyMinute, () => now);

/** A time as people say it; exactly on hover, and for machines. */
export function Time({ at }: { readonly at: string }) {
  const { relative, exact } = useTexts();
  const current = Math.max(useNow(), new Date(at).getTime());
  return (
    <time dateTime={at} title={exact(at)}>
      {relative(at, current)}
    </time>
  );
}
