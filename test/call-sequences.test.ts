import { describe, expect, it } from 'vitest';
import { callRecorder, deviations, parseSequence } from './support/call-sequences.ts';

const sequence = parseSequence(`
PUT lock
GET account | GET user → POST tenant & POST grant
PUT unlock
`);

/** Records calls that begin at `+name` and end at `-name`. */
async function recorded(...events: string[]) {
  const { observe, record } = callRecorder();
  return record(async () => {
    const underWay = new Map<string, ReturnType<typeof observe>>();
    for (const event of events) {
      const label = event.slice(1);
      const [method = '', operation = ''] = label.split(' ');
      if (event.startsWith('+')) underWay.set(label, observe({ method, operation, retry: 0 }));
      else underWay.get(label)?.end({ status: 200 });
    }
  });
}

const alone = (label: string) => [`+${label}`, `-${label}`];
const both = (one: string, other: string) => [`+${one}`, `+${other}`, `-${other}`, `-${one}`];
const lock = alone('PUT lock');
const unlock = alone('PUT unlock');

describe('a sequence of calls', () => {
  it('is found in calls that run at the same time where it says so, whichever of them ends first', async () => {
    const reads = ['+GET account', '+GET user'];
    const writes = both('POST tenant', 'POST grant');
    for (const middle of [
      [...reads, '-GET account', '-GET user', ...writes],
      [...reads, '-GET user', ...writes, '-GET account'],
      [...reads, '-GET user', '+POST tenant', '-GET account', '+POST grant', '-POST grant', '-POST tenant'],
    ]) {
      expect(deviations(sequence, await recorded(...lock, ...middle, ...unlock))).toEqual([]);
    }
  });

  it.each([
    ['a call more', [...alone('GET more')], ['GET more was made and is not documented']],
    ['a call twice', [...alone('GET user')], ['GET user was made and is not documented']],
  ])('is not found in %s', async (_name, more, expected) => {
    const middle = [...both('GET account', 'GET user'), ...both('POST tenant', 'POST grant')];
    expect(deviations(sequence, await recorded(...lock, ...middle, ...more, ...unlock))).toEqual(expected);
  });

  it.each([
    [
      'a call less',
      [...both('GET account', 'GET user'), ...alone('POST tenant')],
      'POST grant is documented and was not made',
    ],
    [
      'calls that wait for each other and need not',
      [...alone('GET account'), ...alone('GET user'), ...both('POST tenant', 'POST grant')],
      'GET user waited for GET account',
    ],
    [
      'calls of one stage that wait for each other',
      [...both('GET account', 'GET user'), ...alone('POST tenant'), ...alone('POST grant')],
      'POST grant waited for POST tenant',
    ],
    [
      'a call that does not wait for the stage before',
      ['+GET account', '+GET user', ...both('POST tenant', 'POST grant'), '-GET user', '-GET account'],
      'POST tenant did not wait for GET user',
    ],
  ])('is not found in %s', async (_name, middle, expected) => {
    expect(deviations(sequence, await recorded(...lock, ...middle, ...unlock))).toContain(expected);
  });

  it('is not found in a step that does not wait for the one before', async () => {
    const middle = [...both('GET account', 'GET user'), ...both('POST tenant', 'POST grant')];
    const early = await recorded('+PUT lock', ...middle, '-PUT lock', ...unlock);
    expect(deviations(sequence, early)).toContain('GET account did not wait for PUT lock');
    const swapped = await recorded(...unlock, ...middle, ...lock);
    expect(deviations(sequence, swapped)).toEqual(['PUT lock was not made in its step']);
  });
});
