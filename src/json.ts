/** What a text holds as JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  // Most attributes of an account are absent, and throwing costs a list more than all that is there.
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const space = /[ \t\n\r]*/y;
const scalar =
  /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const unclosedString =
  /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*(?:\\(?:u[\da-fA-F]{0,3})?)?$/y;

/** Which characters may come next, beside a scalar where `s` is among them: an object's key is one, too. */
type Expected = 's[{' | 's[{]' | 's}' | 's' | ':' | ',]' | ',}' | '';

/**
 * The index of the first character with which a text is no JSON (RFC 8259) any more, or its length where something is
 * missing at its end; undefined when it is JSON. JSON.parse tells it for some faults alone.
 */
export function whereJsonBreaks(text: string): number | undefined {
  const open: ('[' | '{')[] = [];
  let expected: Expected = 's[{';
  let isKey = false;
  let at = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const length = pattern.exec(text)?.[0].length ?? 0;
    at += length;
    return length > 0;
  };
  const afterValue = (): Expected => (open.length === 0 ? '' : open.at(-1) === '[' ? ',]' : ',}');
  for (skip(space); at < text.length; skip(space)) {
    const character = text.charAt(at);
    if (expected.includes('s') && !expected.includes(character) && (!isKey || character === '"')) {
      if (!skip(scalar)) return skip(unclosedString) ? text.length : at;
      expected = isKey ? ':' : afterValue();
      isKey = false;
      continue;
    }
    if (character === 's' || !expected.includes(character)) return at;
    at += 1;
    if (character === '[' || character === '{') {
      open.push(character);
      expected = character === '[' ? 's[{]' : 's}';
      isKey = character === '{';
    } else if (character === ']' || character === '}') {
      open.pop();
      expected = afterValue();
      isKey = false;
    } else {
      isKey = character === ',' && open.at(-1) === '{';
      expected = isKey ? 's' : 's[{';
    }
  }
  return expected === '' ? undefined : text.length;
}
