import { describe, expect, it } from 'vitest';
import { type AccountState, type Outcome, undisclosed, type Verdict, type Write } from './account-model.ts';
import { hasSerialOrder, lostWrites } from './serial-order.ts';

const before: AccountState = {
  exists: true,
  description: 'old',
  roles: ['mode-agent'],
  active: true,
  secret: 's0',
  previousSecret: 'none',
  tokensRevokedBefore: 'never',
};
const edit: Write = { kind: 'edit', description: 'new' };
const toAdmin: Write = { kind: 'mode', grant: { mode: 'admin', permissions: [] } };

/** Outcomes of writes that ran side by side, unless times are given. */
function outcome(write: Write, verdict: Verdict = 'applied', more: Partial<Outcome> = {}): Outcome {
  return { write, verdict, sentAt: 0, answeredAt: 10, answer: '', ...more };
}
const regenerate = outcome({ kind: 'regenerate' }, 'applied', { secret: 's1' });
const deactivate = outcome({ kind: 'deactivate' });
const overlap = outcome({ kind: 'overlap' }, 'applied', { secret: 's1' });
const endPrevious = outcome({ kind: 'end-previous' });
const revoke = (revokedBefore: string, more: Partial<Outcome> = {}) =>
  outcome({ kind: 'revoke' }, 'applied', { revokedBefore, ...more });
const noon = '2026-11-26T12:00:00.000Z';
const later = '2026-11-26T12:00:01.000Z';
const inOverlap: AccountState = { ...before, previousSecret: 's-1' };

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

  it.each([
    [
      'the new secret of an overlap is gone',
      before,
      [outcome(edit), overlap],
      { description: 'new' },
      ['overlap'],
    ],
    [
      'the secret before is alive though its overlap was ended',
      inOverlap,
      [outcome(edit), endPrevious],
      { description: 'new' },
      ['end-previous'],
    ],
    ['the tokens are good', before, [outcome(edit), revoke(noon)], { description: 'new' }, ['revoke']],
    [
      'the tokens are good that a deactivation revoked',
      before,
      [outcome(edit), outcome({ kind: 'deactivate', revokes: true }, 'applied', { revokedBefore: noon })],
      { description: 'new' },
      ['deactivate'],
    ],
    [
      'an overlap goes on that was ended after it began',
      before,
      [overlap, endPrevious].map((one, index) => ({
        ...one,
        sentAt: 20 * index,
        answeredAt: 20 * index + 10,
      })),
      { secret: 's1', previousSecret: 's0' },
      ['end-previous'],
    ],
  ])('have lost one when %s', (_, start, outcomes, changes, lost) => {
    const now = { ...start, ...changes };
    expect(hasSerialOrder(start, outcomes, now)).toBe(false);
    expect(lostWrites(start, outcomes, now).map(({ write }) => write.kind)).toEqual(lost);
  });

  it('keep in an overlap the secret that was the one before, and no other', () => {
    const second = outcome({ kind: 'overlap' }, 'applied', { secret: 's2' });
    const ends = (secret: string, previousSecret: string) =>
      hasSerialOrder(before, [overlap, second], { ...before, secret, previousSecret });
    expect(ends('s2', 's1')).toBe(true);
    expect(ends('s1', 's2')).toBe(true);
    expect(ends('s2', 's0')).toBe(false);
    expect(ends('s2', 'none')).toBe(false);
    expect(ends('s2', undisclosed)).toBe(false);
    const unknown = outcome({ kind: 'overlap' }, 'unknown');
    const seen = { ...before, secret: undisclosed, previousSecret: 's0' };
    expect(hasSerialOrder(before, [unknown], seen)).toBe(true);
    expect(hasSerialOrder(before, [unknown], { ...seen, previousSecret: 'none' })).toBe(false);
  });

  it('end an overlap when they replace the secret without one, or end it, and not otherwise', () => {
    const at = { sentAt: 0, answeredAt: 10 };
    for (const one of [{ ...regenerate, ...at }, endPrevious]) {
      const secret = one.secret ?? 's0';
      expect(hasSerialOrder(inOverlap, [one], { ...inOverlap, secret, previousSecret: 'none' })).toBe(true);
      expect(hasSerialOrder(inOverlap, [one], { ...inOverlap, secret })).toBe(false);
    }
    for (const one of [outcome(edit), deactivate, revoke(noon)]) {
      const now = { ...inOverlap, previousSecret: 'none' };
      for (const changes of [{ description: 'new' }, { active: false }, { tokensRevokedBefore: noon }]) {
        expect(hasSerialOrder(inOverlap, [one], { ...now, ...changes })).toBe(false);
      }
    }
  });

  it('never revoke tokens from an earlier time on than was revoked before', () => {
    const revoked = (tokensRevokedBefore: string) => ({ ...before, tokensRevokedBefore });
    expect(hasSerialOrder(before, [revoke(later), revoke(noon)], revoked(later))).toBe(true);
    expect(hasSerialOrder(before, [revoke(later), revoke(noon)], revoked(noon))).toBe(false);
    expect(hasSerialOrder(revoked(later), [revoke(noon)], revoked(noon))).toBe(false);
    expect(lostWrites(before, [revoke(later), revoke(noon)], revoked(noon))).toHaveLength(1);
    const unknown = outcome({ kind: 'revoke' }, 'unknown');
    expect(hasSerialOrder(before, [unknown], revoked(undisclosed))).toBe(true);
    expect(hasSerialOrder(before, [unknown], before)).toBe(true);
    expect(hasSerialOrder(before, [unknown], revoked(noon))).toBe(false);
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

  it('are answered with the hints of both secrets, and of those that they ended', () => {
    const secretOf = (hint: string) => `orki_sa_${hint}123456`;
    const start = { ...before, secret: secretOf('aaaa'), previousSecret: secretOf('0000') };
    const now = { ...start, secret: secretOf('bbbb'), previousSecret: secretOf('aaaa') };
    const told = (shown: Outcome['shown']) => [
      outcome({ kind: 'overlap' }, 'applied', { secret: secretOf('bbbb'), ...(shown && { shown }) }),
    ];
    const right = { secretHint: 'bbbb', previousHint: 'aaaa', endedHints: ['0000'] };
    expect(hasSerialOrder(start, told(right), now)).toBe(true);
    for (const wrong of [{ secretHint: 'aaaa' }, { previousHint: '0000' }, { endedHints: ['aaaa'] }]) {
      expect(hasSerialOrder(start, told({ ...right, ...wrong }), now)).toBe(false);
    }
    const unknown = { ...start, secret: undisclosed };
    const after = { ...now, previousSecret: undisclosed };
    expect(hasSerialOrder(unknown, told({ ...right, previousHint: 'cccc' }), after)).toBe(true);
  });
});
