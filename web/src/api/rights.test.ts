import { expect, it } from 'vitest';
import { account, catalogueFor } from '../testing/samples.ts';
import { rightsOf } from './rights.ts';

it('lets nobody change who may only read', () => {
  const rights = rightsOf(catalogueFor((name) => name === 'customers:read'));
  expect([rights.mayManage, rights.mayChange(account)]).toEqual([false, false]);
});

it('lets a manager change what has no more than they hold', () => {
  const rights = rightsOf(catalogueFor((name) => name !== 'customers:write' && name !== 'mode-admin'));
  expect(rights.mayChange(account)).toBe(true);
  const stronger = { ...account, permissions: ['customers:read', 'customers:write'] };
  expect(rights.mayChange(stronger)).toBe(false);
  expect(rights.lackingFor(stronger)).toEqual(['customers:write']);
});

it('asks for the mode itself where the account has one', () => {
  const all = rightsOf(catalogueFor((name) => name !== 'mode-admin'));
  expect(all.mayChange({ ...account, mode: 'admin' })).toBe(false);
  expect(all.mayChange({ ...account, mode: 'agent' })).toBe(true);
});
