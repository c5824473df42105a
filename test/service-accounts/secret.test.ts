import { describe, expect, it } from 'vitest';
import { createSecret, isWellFormedSecret, secretPattern } from '../../src/service-accounts/secret.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const numberOf = (digits: string) =>
  [...digits].reduce((sum, digit) => sum * 62n + BigInt(alphabet.indexOf(digit)), 0n);

describe('a secret', () => {
  const secrets = Array.from({ length: 2_000 }, createSecret);

  it('has the form that scanners look for, with a right checksum', () => {
    for (const { value } of secrets) {
      expect(value).toMatch(secretPattern);
      expect(isWellFormedSecret(value)).toBe(true);
    }
  });

  it('never comes twice', () => {
    expect(new Set(secrets.map(({ value }) => value)).size).toBe(secrets.length);
  });

  it('holds 256 bits, each of which is set half of the time', () => {
    const values = secrets.map(({ value }) => numberOf(value.slice('orki_sa_'.length, -6)));
    expect(values.every((value) => value < 2n ** 256n)).toBe(true);
    for (let bit = 0n; bit < 256n; bit += 1n) {
      const set = values.filter((value) => (value >> bit) & 1n).length;
      // Eight standard deviations: a fair bit fails once in 10^15 runs.
      expect(Math.abs(set - 1_000)).toBeLessThan(180);
    }
  });

  it('has the same length whatever its bits, and stands for itself in a URL, a form and a shell', () => {
    for (const { value } of secrets) {
      expect(value).toHaveLength(57);
      expect(encodeURIComponent(value)).toBe(value);
    }
  });

  it('is hinted at by the four characters before the checksum', () => {
    for (const { value, hint } of secrets) expect(hint).toBe(value.slice(-10, -6));
  });

  it('with one character changed is a look-alike', () => {
    for (const { value } of secrets.slice(0, 50)) {
      for (const at of [8, 30, 50, 51, 56]) {
        const other = value[at] === 'A' ? 'B' : 'A';
        expect(isWellFormedSecret(`${value.slice(0, at)}${other}${value.slice(at + 1)}`)).toBe(false);
      }
    }
  });
});
