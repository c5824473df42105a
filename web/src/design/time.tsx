import { useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/text.ts';

const minuteMs = 60_000;
let now = Date.now();

function everyMinute(listener: () => void): () => void {
  const timer = setInterval(() => {
    now = Date.now();
    listener();
  }, minuteMs);
  return () => clearInterval(timer);
}

/** A time as people say it; exactly on hover, and for machines. */
export function Time({ at }: { readonly at: string }) {
  const { relative, exact } = useTexts();
  const current = Math.max(
    useSyncExternalStore(everyMinute, () => now),
    new Date(at).getTime(),
  );
  return (
    <time dateTime={at} title={exact(at)}>
      {relative(at, current)}
    </time>
  );
}
