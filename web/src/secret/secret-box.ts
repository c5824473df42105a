import type { ServiceAccount, ServiceAccountWithSecret } from '@orki/service-accounts-client';

/** Holds a client_secret in one place, so that it can be gone from there. */
export interface SecretBox {
  readonly clientId: string;
  readonly tokenUrl: string;
  /** The secret; empty once it was destroyed. */
  readonly read: () => string;
  readonly destroy: () => void;
}

export interface OpenedAnswer {
  readonly account: ServiceAccount;
  readonly box: SecretBox;
  /** Whether an earlier attempt had done it, whose answer was lost. */
  readonly wasReplayed: boolean;
  /** The hints of the secrets that no longer work since then. */
  readonly endedSecretHints: readonly string[];
}

/** Takes the secret out of an answer: what remains of the account can be kept anywhere. */
export function openAnswer(answer: ServiceAccountWithSecret): OpenedAnswer {
  const { clientSecret, tokenUrl, replayed, endedSecretHints, ...account } = answer;
  let secret = clientSecret;
  return {
    account,
    wasReplayed: replayed,
    endedSecretHints,
    box: {
      clientId: account.clientId,
      tokenUrl,
      read: () => secret,
      destroy: () => {
        secret = '';
      },
    },
  };
}
