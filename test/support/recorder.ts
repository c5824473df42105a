import { createHash } from 'node:crypto';

const secret = /orki_sa_[0-9A-Za-z]{49}/g;
const time = /\d{4}-\d\d-\d\dT[0-9:.]+Z/g;
const start = Date.UTC(2026, 10, 23, 10);
const minuteMs = 60_000;

/**
 * A recording without what differs from run to run: the n-th id, time or secret of one becomes the n-th of every
 * other, of the same form.
 */
export function stableText(recording: string, issuer: string): string {
  let text = recording.replaceAll(issuer, 'https://auth.orki.ai/realms/orki');
  const number = (pattern: RegExp, replacement: (index: number) => string) => {
    const found = [...new Set(text.match(pattern))];
    if (pattern === time) found.sort();
    text = text.replaceAll(pattern, (value) => replacement(found.indexOf(value)));
  };
  const secrets = [...new Set(text.match(secret))];
  // Of an account's secret, of the previous one, and in the list of those that a rotation ended.
  text = text.replaceAll(/(?<="(?:secretHint|hint)": "|"endedSecretHints": \[[^\]]*")\w{4}(?=")/g, (hint) =>
    hintOf(exampleSecret(secrets.findIndex((candidate) => hintOf(candidate) === hint))),
  );
  number(secret, exampleSecret);
  number(/orki-sa-[0-9a-f]{12}-[0-9a-f]{32}/g, exampleClientId);
  number(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, exampleUuid);
  number(time, (index) => new Date(start + index * minuteMs).toISOString());
  number(/(?<="version": ")[^"]+/g, (index) => digest(`version ${index}`).slice(0, 22));
  number(/(?<="nextCursor": ")[^"]+/g, () => Buffer.from('{"an":"example"}').toString('base64url'));
  number(/(?<="access_token": ")[^"]+/g, () => 'eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl');
  return text;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const hintOf = (value: string): string => value.slice(-10, -6);

/** Its checksum is wrong, so that no scanner takes it for one that leaked. */
const exampleSecret = (index: number): string => `orki_sa_${`Example${index}`.repeat(7)}`.slice(0, 57);

function exampleClientId(index: number): string {
  const descending = (2 ** 48 - 1 - (start + index * minuteMs)).toString(16);
  return `orki-sa-${descending}-${digest(`client ${index}`).slice(0, 32)}`;
}

const exampleUuid = (index: number): string =>
  digest(`uuid ${index}`).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
