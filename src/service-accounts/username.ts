/** The scripts recommended for identifiers (UAX #31, table 5), with those that belong together (UTS #39, 5.1). */
const scripts = [
  ...['Arabic', 'Armenian', 'Bengali', 'Cyrillic', 'Devanagari', 'Ethiopic', 'Georgian', 'Greek', 'Gujarati'],
  ...['Gurmukhi', 'Hebrew', 'Kannada', 'Khmer', 'Lao', 'Latin', 'Malayalam', 'Myanmar', 'Oriya', 'Sinhala'],
  ...['Tamil', 'Telugu', 'Thaana', 'Thai', 'Tibetan'],
].map((script) => [script]);
const combinedScripts = [
  ['Han', 'Hiragana', 'Katakana'],
  ['Han', 'Hangul'],
  ['Han', 'Bopomofo'],
];

const singleScript = [...scripts, ...combinedScripts].map((set) => {
  const ofSet = set.map((script) => `\\p{Script_Extensions=${script}}`).join('');
  return new RegExp(`^[${ofSet}\\p{Script=Inherited}0-9 ._-]+$`, 'u');
});
/** Some letters and marks, such as variation selectors and Hangul fillers, show nothing: a name could hide behind them. */
const allowed = /^[[\p{L}\p{M}\p{Nd} ._\-]--\p{Default_Ignorable_Code_Point}]+$/v;
const maxLength = 64;

/** What is wrong with a username, as a stable code and a sentence. */
export interface UsernameFault {
  readonly code: 'too-short' | 'too-long' | 'characters' | 'spaces' | 'mixed-scripts';
  readonly detail: string;
}

/**
 * Why a username can't be taken, or undefined when it can. It has to be NFC already. One script beside ASCII digits
 * and signs keeps look-alikes apart (`раypal` with two Cyrillic letters is refused).
 */
export function usernameFault(username: string): UsernameFault | undefined {
  const length = [...username].length;
  if (length === 0) return { code: 'too-short', detail: 'username is empty.' };
  if (length > maxLength)
    return { code: 'too-long', detail: `username has at most ${maxLength} characters.` };
  if (!allowed.test(username)) {
    return {
      code: 'characters',
      detail: 'username may contain only letters, digits, spaces and the signs . _ -',
    };
  }
  if (/^ | $| {2}/.test(username)) {
    return { code: 'spaces', detail: 'username may not begin or end with a space, or have two in a row.' };
  }
  if (!singleScript.some((pattern) => pattern.test(username))) {
    return {
      code: 'mixed-scripts',
      detail:
        'username mixes scripts: all letters have to belong to one, such as Latin or Arabic, and digits have to be 0-9.',
    };
  }
  return undefined;
}

/** What makes two usernames the same: NFKC and lower case. */
export const usernameKey = (username: string): string =>
  username.normalize('NFKC').toLowerCase().normalize('NFKC');
