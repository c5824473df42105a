import { describe, expect, it } from 'vitest';
import {
  createClientId,
  createdAtOf,
  isServiceAccountClientId,
} from '../../src/service-accounts/client-id.ts';

describe('a client_id', () => {
  it('sorts the newest first, from 1970 to the year 10889', () => {
    const times = [0, 1, 1_795_000_000_000, 1_795_000_000_001, 2 ** 48 - 1];
    const ids = times.map(createClientId);
    expect([...ids].sort()).toEqual([...ids].reverse());
  });

  it('tells when it was given', () => {
    expect(createdAtOf(createClientId(Date.UTC(2026, 10, 23, 10)))).toBe('2026-11-23T10:00:00.000Z');
  });

  it.each(['orki-api', '', 'orki-sa-zz', 'service-account-x'])(
    'that others gave, such as %j, has no time',
    (id) => {
      expect(createdAtOf(id)).toBe('1970-01-01T00:00:00.000Z');
      expect(isServiceAccountClientId(id)).toBe(false);
    },
  );

  it('holds 128 random bits, so that two of one millisecond differ', () => {
    const ids = Array.from({ length: 1_000 }, () => createClientId(1_795_000_000_000));
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.every(isServiceAccountClientId)).toBe(true);
  });

  it('is ASCII in lower case, so that it needs no escaping and sorts alike in every collation', () => {
    expect(createClientId(Date.now())).toMatch(/^[a-z0-9-]+$/);
  });
});
