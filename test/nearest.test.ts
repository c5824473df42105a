import { expect, it } from 'vitest';
import { nearest } from '../src/nearest.mjs';

const candidates = ['acme', 'acme-emea', 'globex', 'initech'];

it.each([
  ['acmee', 'acme'],
  ['amce', 'acme'],
  ['glbex', 'globex'],
  ['acme-emae', 'acme-emea'],
  ['initceh', 'initech'],
  ['acme', 'acme'],
  ['umbrella', undefined],
  ['', undefined],
])('by %j was meant %j', (word, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});
