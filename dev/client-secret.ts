import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { local } from './paths.ts';

/** The secret of the service's own client in this checkout's Keycloak: made once, for the owner's eyes alone. */
export function clientSecret(): string {
  const file = join(local, 'client-secret');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept) return kept;
  } catch {
    // The first start.
  }
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
