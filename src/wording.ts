/** "a, b or c". */
export function listed(words: readonly string[], conjunction: 'and' | 'or'): string {
  const [last = '', ...others] = words.toReversed();
  return others.length === 0 ? last : `${others.reverse().join(', ')} ${conjunction} ${last}`;
}

/** Shorter than any secret and any token: what was pasted into the wrong field is not repeated. */
const longestRepeated = 40;

/** A value that somebody sent, as JSON, or what kind of value it is where it is long or has parts. */
export function quoted(value: unknown): string {
  // Without looking into it: writing out what is nested thousands of levels deep would exhaust the stack.
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= longestRepeated ? text : 'a text that long';
}

const mostRepeated = 3;

/** Several sentences in one text; beyond the third they are counted. */
export function inOneText(sentences: readonly string[]): string {
  const rest = sentences.length - mostRepeated;
  const first = sentences.slice(0, mostRepeated).join(' ');
  return rest > 0 ? `${first} The same request has ${rest} more ${rest === 1 ? 'fault' : 'faults'}.` : first;
}
