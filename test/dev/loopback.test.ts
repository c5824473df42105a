import { expect, test } from 'vitest';
import { requireLoopback } from '../../dev/loopback.ts';

test.each(['http://127.0.0.1:8080', 'http://127.8.9.1', 'http://localhost:8080', 'http://[::1]:8080/path'])(
  'demo data may go to %s',
  (url) => {
    expect(() => requireLoopback(url)).not.toThrow();
  },
);

test.each([
  'https://auth.orki.ai',
  'http://10.0.0.1:8080',
  'http://0.0.0.0:8080',
  'http://[::]:8080',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'http://127.0.0.1@example.com',
  'file://localhost/',
])('demo data is refused for %s', (url) => {
  expect(() => requireLoopback(url)).toThrow(/this machine only/);
});
