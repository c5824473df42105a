import { describe, expect, it } from 'vitest';
import { type History, parseHistory, serializeHistory } from '../../src/service-accounts/history.ts';

const change = (index: number, name = 'somebody', fields: string[] = []) => ({
  at: new Date(Date.UTC(2026, 10, 23) + index).toISOString(),
  by: { subject: `subject of ${name}`, username: name },
  action: 'edit',
  fields,
});
const many = (length: number, name: (index: number) => string): History =>
  Array.from({ length }, (_, index) => change(index, name(index), ['mode', 'permissions']));

describe('a history in an attribute', () => {
  it('is read back as it was written, to the millisecond', () => {
    const history = [change(1), change(2, 'another "person" 名', ['username']), change(3)];
    expect(parseHistory(serializeHistory(history))).toEqual(history);
    expect(serializeHistory([])).toBe('');
    expect(parseHistory(undefined)).toEqual([]);
  });

  it('of twenty changes by one person takes less than 1,200 characters', () => {
    expect(serializeHistory(many(20, () => 'somebody@acme.test')).length).toBeLessThan(1_200);
  });

  it('of twenty people with the longest names of Keycloak is kept within 8,000 characters, the newest of it', () => {
    const history = many(20, (index) => `${String(index).padStart(2, '0')}${'名'.repeat(253)}`);
    const text = serializeHistory(history);
    expect(text.length).toBeLessThanOrEqual(8_000);
    const kept = parseHistory(text);
    expect(kept.length).toBeGreaterThan(12);
    expect(kept).toEqual(history.slice(-kept.length));
  });

  it.each([
    '',
    'null',
    '[]',
    '{"by":[["s","u"]]}',
    '{"by":5,"changes":[[1,0,"edit"]]}',
    'not JSON',
    `{"by":[["s","u"]],"changes":[[1,0,"ed`,
  ])('that somebody spoilt (%j) is empty', (text) => expect(parseHistory(text)).toEqual([]));

  it('that somebody spoilt in part keeps the rest', () => {
    const good = [5, 1, 'edit', 'mode'];
    const bad = [
      [1, 7, 'edit'],
      [1, 0, 'edit'],
      [9e15, 1, 'edit'],
      [-1, 1, 'edit'],
      [1.5, 1, 'edit'],
      [1, 1],
    ];
    const text = JSON.stringify({ by: [5, ['s', 'u']], changes: [...bad, good, 'x', null, [1, 1, 5]] });
    expect(parseHistory(text)).toEqual([
      {
        at: '1970-01-01T00:00:00.005Z',
        by: { subject: 's', username: 'u' },
        action: 'edit',
        fields: ['mode'],
      },
    ]);
  });
});
