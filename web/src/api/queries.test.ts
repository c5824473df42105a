import { expect, it } from 'vitest';
import { listQuery } from './queries.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const none = { search: '', status: undefined, mode: undefined };

it('asks for nothing that is not filtered by', () => {
  expect(listQuery(none, now)).toEqual({ limit: 50 });
  expect(listQuery({ search: 'crm', status: 'expired', mode: 'agent' }, now)).toEqual({
    limit: 50,
    search: 'crm',
    status: 'expired',
    mode: 'agent',
  });
});

it('asks for active accounts whose secret ends from now on within thirty days, as those that are expiring', () => {
  expect(listQuery({ ...none, status: 'expiring' }, now)).toEqual({
    limit: 50,
    status: 'active',
    expiresAfter: '2026-11-25T12:00:00.000Z',
    expiresBefore: '2026-12-25T12:00:00.000Z',
  });
});
