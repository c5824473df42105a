import { describe, expect, it } from 'vitest';
import { type AccountState, type Outcome, undisclosed, type Verdict, type Write } from './account-model.ts';
import { hasSerialOrder, lostWrites } from './serial-order.ts';

const before: AccountState = {
  exists: true,
  description: 'old',
  roles: ['mode-agent'],
  active: true,
  secret: 's0',
};
const edit: Write = { kind: 'edit', description: 'new' };
const toAdmin: Write = { kind: 'mode', grant: { mode: 'admin', permissions: [] } };

/** Outcomes of writes that ran side by side, unless times are given. */
function outcome(write: Write, verdict: Verdict = 'applied', more: Partial<Outcome> = {}): Outcome {
  return { write, verdict, sentAt: 0, answeredAt: 10, answer: '', ...more };
}
const regenerate = outcome({ kind: 'regenerate' }, 'applied', { secret: 's1' });
const deactivate = outcome({ kind: 'deactivate' });

describe('writes that ran side by side', () => {
  it('are fine when each of them shows', () => {
    const now = { ...before, description: 'new', secret: 's1' };
    expect(hasSerialOrder(before, [outcome(edit), regenerate], now)).toBe(true);
    expect(lostWrites(before, [outcome(edit), regenerate], now)).toEqual([]);
  });

  it.each([
    ['the old secret is back', [outcome(edit), regenerate], { description: 'new' }, ['regenerate']],
    ['it is active still', [outcome(edit), deactivate], { description: 'new' }, ['deactivate']],
    ['the description is the old one', [outcome(edit), deactivate], { active: false }, ['edit']],
    ['the roles are the old ones', [outcome(toAdmin), regenerate], { secret: 's1' }, ['mode']],
    ['both are gone', [outcome(edit), regenerate], {}, ['edit', 'regenerate']],
    ['it is there still', [outcome({ kind: 'delete' }), outcome(edit)], { description: 'new' }, ['delete']],
  ])('have lost one when %s', (_, outcomes, changes, lost) => {
    const now = { ...before, ...changes };
    expect(hasSerialOrder(before, outcomes, now)).toBe(false);
    expect(lostWrites(before, outcomes, now).map(({ write }) => write.kind)).toEqual(lost);
  });

  it('may end either way when they contradict each other, but not when one came after the other', () => {
    const sideBySide = [outcome({ kind: 'activate' }), deactivate];
    for (const active of [true, false]) {
      expect(hasSerialOrder(before, sideBySide, { ...before, active })).toBe(true);
    }
    const oneByOne = [deactivate, outcome({ kind: 'activate' }, 'applied', { sentAt: 11, answeredAt: 20 })];
    expect(hasSerialOrder(before, oneByOne, { ...before, active: true })).toBe(true);
    expect(hasSerialOrder(before, oneByOne, { ...before, active: false })).toBe(false);
  });

  it('are not fine when two are told of two secrets and a third is valid, or the first of them after the second', () => {
    const second = outcome({ kind: 'regenerate' }, 'applied', { secret: 's2', sentAt: 11, answeredAt: 20 });
    expect(hasSerialOrder(before, [regenerate, second], { ...before, secret: 's2' })).toBe(true);
    for (const secret of ['s0', 's1', undisclosed]) {
      expect(hasSerialOrder(before, [regenerate, second], { ...before, secret })).toBe(false);
    }
  });

  it('have no effect when they are refused, and may have one when the outcome is unknown', () => {
    const refused = [outcome(edit, 'refused'), regenerate];
    expect(hasSerialOrder(before, refused, { ...before, secret: 's1' })).toBe(true);
    expect(hasSerialOrder(before, refused, { ...before, secret: 's1', description: 'new' })).toBe(false);
    const unknown = [outcome({ kind: 'regenerate' }, 'unknown')];
    expect(hasSerialOrder(before, unknown, before)).toBe(true);
    expect(hasSerialOrder(before, unknown, { ...before, secret: undisclosed })).toBe(true);
    expect(hasSerialOrder(before, unknown, { ...before, active: false })).toBe(false);
  });

  it('find no account only after it was deleted, and change none then', () => {
    const gone = { ...before, exists: false };
    const deletion = outcome({ kind: 'delete' });
    expect(hasSerialOrder(before, [deletion, outcome(edit, 'absent')], gone)).toBe(true);
    expect(hasSerialOrder(before, [deletion, deletion], gone)).toBe(false);
    expect(hasSerialOrder(before, [outcome(edit, 'absent')], before)).toBe(false);
    const late = outcome(edit, 'applied', { sentAt: 11, answeredAt: 20 });
    expect(hasSerialOrder(before, [deletion, late], gone)).toBe(false);
  });

  it('are seen by reads that come after them', () => {
    const read = (description: string, sentAt: number) =>
      outcome({ kind: 'read' }, 'applied', { sentAt, answeredAt: sentAt + 5, shown: { description } });
    const now = { ...before, description: 'new' };
    expect(hasSerialOrder(before, [outcome(edit), read('old', 5)], now)).toBe(true);
    expect(hasSerialOrder(before, [outcome(edit), read('new', 11)], now)).toBe(true);
    expect(hasSerialOrder(before, [outcome(edit), read('old', 11)], now)).toBe(false);
  });

  it('are answered with the account as each of them left it', () => {
    const now = { ...before, description: 'new', active: false };
    const shows = (description: string) =>
      outcome({ kind: 'deactivate' }, 'applied', { shown: { description } });
    expect(hasSerialOrder(before, [outcome(edit), shows('old')], now)).toBe(true);
    expect(hasSerialOrder(before, [outcome(edit), shows('new')], now)).toBe(true);
    expect(hasSerialOrder(before, [outcome(edit), shows('never')], now)).toBe(false);
  });
});
