import type { ServiceAccount } from '@orki/service-accounts-client';
import { useNow } from '../design/time.tsx';

type PreviousSecret = NonNullable<ServiceAccount['previousSecret']>;

/** The secret before the one of now, while it works; undefined from the minute on in which it no longer does. */
export function usePreviousSecret({
  previousSecret,
}: Pick<ServiceAccount, 'previousSecret'>): PreviousSecret | undefined {
  const now = useNow();
  return previousSecret !== null && Date.parse(previousSecret.validUntil) > now ? previousSecret : undefined;
}
