import { expect, it } from 'vitest';
import { listPlace, parsePlace } from './place.ts';

it.each([
  ['', { search: '', status: undefined, mode: undefined }],
  ['?search=a%20b&status=active&mode=agent', { search: 'a b', status: 'active', mode: 'agent' }],
  ['?status=expiring', { search: '', status: 'expiring', mode: undefined }],
  ['?status=expired', { search: '', status: 'expired', mode: undefined }],
  ['?status=none&mode=%3Cscript%3E&other=1', { search: '', status: undefined, mode: undefined }],
])('reads the filters of %j', (text, filters) => {
  expect(parsePlace(text)).toEqual({ screen: 'list', filters, prefill: undefined });
});

it('writes the filters that it reads', () => {
  const filters = { search: 'ä&=', status: 'inactive', mode: 'custom' } as const;
  expect(parsePlace(listPlace(filters))).toMatchObject({ filters });
  expect(listPlace({ search: '', status: undefined, mode: undefined })).toBe('');
});

it('reads an account, whatever its name', () => {
  expect(parsePlace('/0b5d0e8c?x=1')).toEqual({ screen: 'account', id: '0b5d0e8c' });
  expect(parsePlace('/%E0%A4%A')).toEqual({ screen: 'account', id: '%E0%A4%A' });
});

it('reads what a link asks the form for', () => {
  expect(parsePlace('?create&username=Zapier&mode=custom&permissions=a,,b')).toEqual({
    screen: 'list',
    filters: { search: '', status: undefined, mode: undefined },
    prefill: { username: 'Zapier', description: '', mode: 'custom', permissions: ['a', 'b'] },
  });
});
