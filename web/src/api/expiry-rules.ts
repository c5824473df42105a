import { isProblem, type PermissionCatalogue } from '@orki/service-accounts-client';
import type { ExpiryRules } from '../form/expiry.ts';
import { usePage } from '../page/page-context.ts';

interface LearningRules extends ExpiryRules {
  /** Takes note of a refusal that holds for every account. */
  readonly learnFrom: (error: unknown) => void;
}

/** What the operator lets secrets do: their limit as the catalogue says, and what a refusal has shown. */
export function useExpiryRules({ maxSecretLifetimeDays }: PermissionCatalogue): LearningRules {
  const { learned } = usePage();
  return {
    maxDays: maxSecretLifetimeDays,
    isUnavailable: learned.isRotationUnavailable,
    learnFrom: (error) => {
      if (isProblem(error, 'overlap-unavailable', 'secret-expiry-unavailable'))
        learned.isRotationUnavailable = true;
    },
  };
}
