import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { composeSecrets } from '../../dev/compose-secrets.mjs';
import { isWebhookSecret } from '../../src/upkeep/webhook.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'secrets-'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  onTestFinished(() => {
    rmSync(root, { recursive: true });
    log.mockRestore();
  });
});

const read = (name: string) => readFileSync(join(root, '.secrets', name), 'utf8');
const publicHalf = (pem: string) =>
  createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' }) as string;

it("takes the service's key through a rotation: both are public until the new one alone is used", () => {
  composeSecrets(root, []);
  const old = read('service-key.pem');
  expect(read('service-public-keys.pem')).toBe(publicHalf(old));

  composeSecrets(root, ['--rotate']);
  const next = read('service-key-next.pem');
  expect(read('service-key.pem')).toBe(old);
  expect(read('service-public-keys.pem')).toBe(publicHalf(old) + publicHalf(next));

  composeSecrets(root, ['--rotate']);
  expect(read('service-key.pem')).toBe(next);
  expect(read('service-public-keys.pem')).toBe(publicHalf(old) + publicHalf(next));
  expect(existsSync(join(root, '.secrets', 'service-key-next.pem'))).toBe(false);

  composeSecrets(root, ['--rotate']);
  expect(read('service-key.pem')).toBe(next);
  expect(read('service-public-keys.pem')).toBe(publicHalf(next));
});

it('makes a key for webhooks that the service takes', () => {
  composeSecrets(root, []);
  const key = read('webhook-secret');
  expect(isWebhookSecret(key)).toBe(true);
  composeSecrets(root, []);
  expect(read('webhook-secret')).toBe(key);
});

it('leaves no key out of the public ones when it is run between the steps without --rotate', () => {
  composeSecrets(root, []);
  composeSecrets(root, ['--rotate']);
  const publicKeys = read('service-public-keys.pem');
  composeSecrets(root, []);
  expect(read('service-public-keys.pem')).toBe(publicKeys);
});

it('keeps what others have in .env, and a user that was chosen there', () => {
  writeFileSync(join(root, '.env'), 'PORT=4000');
  composeSecrets(root, []);
  expect(readFileSync(join(root, '.env'), 'utf8')).toMatch(/^PORT=4000\n#.*\nORKI_USER=\d+:\d+\n$/);

  writeFileSync(join(root, '.env'), 'ORKI_USER=5:5\n');
  composeSecrets(root, []);
  expect(readFileSync(join(root, '.env'), 'utf8')).toBe('ORKI_USER=5:5\n');
});

it('refuses what it does not know', () => {
  expect(() => composeSecrets(root, ['--force'])).toThrow('npm run secrets');
});
