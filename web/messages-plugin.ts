import { pathToFileURL } from 'node:url';
import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

type Messages = Readonly<Record<string, string>>;

/** What the catalogue itself says in English. */
const ofCatalogue = /^(permission|group)\./;
const source = /\/src\/i18n\/messages\/(\w+)\.ts$/;

/**
 * Compiles the messages while the page is built, so that no parser of messages is shipped. The build fails for what
 * `faultsOf` finds.
 */
export function compiledMessages(): Plugin {
  return {
    name: 'compiled-messages',
    enforce: 'pre',
    async transform(_code, id) {
      const [path = ''] = id.split('?');
      if (!source.test(path)) return undefined;
      const english = await read(path.replace(source, '/src/i18n/messages/en.ts'));
      const messages = await read(path);
      const faults = faultsOf(english, messages);
      if (faults.length > 0) this.error(`${path}\n  ${faults.join('\n  ')}`);
      const compiled = Object.entries(messages).map(([key, message]) => [
        key,
        compileMessageOrThrow(message),
      ]);
      return { code: `export const messages = ${JSON.stringify(Object.fromEntries(compiled))};`, map: null };
    },
  };
}

/** What is wrong with the messages of a language: one is missing, English has not got it, or it is not well formed. */
export function faultsOf(english: Messages, messages: Messages): string[] {
  return [
    ...Object.keys(english)
      .filter((key) => !messages[key]?.trim())
      .map((key) => `${key} is missing`),
    ...Object.keys(messages)
      .filter((key) => !(key in english) && !ofCatalogue.test(key))
      .map((key) => `${key} is not among the English messages`),
    ...Object.entries(messages).flatMap(([key, message]) =>
      isWellFormed(message) ? [] : [`${key} is not well formed`],
    ),
  ];
}

async function read(path: string): Promise<Messages> {
  const module = await import(`${pathToFileURL(path).href}?read=${Date.now()}`);
  return module.messages;
}

function isWellFormed(message: string): boolean {
  try {
    compileMessageOrThrow(message);
    return true;
  } catch {
    return false;
  }
}
