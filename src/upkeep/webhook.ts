import { Webhook } from 'standardwebhooks';
import { callTimeoutMs } from '../time-limits.ts';

export interface WebhookSettings {
  readonly url: string;
  /** `whsec_` and base64, as Standard Webhooks has it. */
  readonly secret: string;
}

/** An event as Standard Webhooks lays it out; no secret is in it. */
export interface WebhookEvent {
  /** The same whenever the same event is sent again, by which a receiver knows it. */
  readonly id: string;
  readonly type: 'service_account.secret_expiring' | 'service_account.secret_leaked';
  readonly data: Readonly<Record<string, unknown>>;
}

/** Whether a text is a key that messages can be signed with. */
export function isWebhookSecret(text: string): boolean {
  try {
    return /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(text) && new Webhook(text) instanceof Webhook;
  } catch {
    return false;
  }
}

/**
 * Sends events, signed as Standard Webhooks 1.0 has it (HMAC-SHA256 over id, time and body), so that the receiver can tell
 * that they are from here and new.
 * @returns what sends one; throws when it was not answered with a 2xx within three seconds
 */
export function webhookSender({ url, secret }: WebhookSettings): (event: WebhookEvent) => Promise<void> {
  const webhook = new Webhook(secret);
  return async ({ id, type, data }) => {
    const at = new Date();
    const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': webhook.sign(id, at, body),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(callTimeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the webhook was answered with ${response.status}`);
  };
}
