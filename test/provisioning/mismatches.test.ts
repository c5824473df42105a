import { expect, test } from 'vitest';
import { mismatches } from '../../src/keycloak/provisioning/mismatches.ts';

test('only what is wanted is compared', () => {
  expect(mismatches({ enabled: true }, { enabled: true, theirs: 'anything' })).toEqual([]);
});

test('lists have no order', () => {
  expect(mismatches({ list: ['a', 'b'] }, { list: ['b', 'a'] })).toEqual([]);
  expect(mismatches({ list: ['a', 'b'] }, { list: ['b', 'c'] })).toEqual([
    'list lacks a',
    'list has c too many',
  ]);
});

test('an empty list is wanted as much as a full one', () => {
  expect(mismatches({ list: [] }, { list: ['a'] })).toEqual(['list has a too many']);
  expect(mismatches({ list: ['a'] }, {})).toEqual(['list lacks a']);
});

test('what is missing is named by its path', () => {
  expect(mismatches({ a: { b: 'x' } }, { a: {} })).toEqual(['a.b is absent, not "x"']);
  expect(mismatches({ a: { b: 'x' } }, undefined)).toEqual(['a.b is absent, not "x"']);
});

test('undefined stands for: not mine to say', () => {
  expect(mismatches({ a: undefined }, { a: 1 })).toEqual([]);
});
