import { expect, it } from 'vitest';
import { account } from '../testing/samples.ts';
import { openAnswer } from './secret-box.ts';

it('keeps the secret in one place, and not there either once it was destroyed', () => {
  const answer = {
    ...account,
    clientSecret: 'orki_sa_secret',
    tokenUrl: 'https://auth.test/token',
    endedSecretHints: ['xY9z'],
    replayed: true,
  };
  const { box, account: rest, wasReplayed, endedSecretHints } = openAnswer(answer);
  expect(rest).toEqual(account);
  expect([wasReplayed, endedSecretHints]).toEqual([true, ['xY9z']]);
  expect(box.read()).toBe('orki_sa_secret');
  box.destroy();
  expect(box.read()).toBe('');
});
