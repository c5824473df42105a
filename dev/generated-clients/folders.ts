import { join } from 'node:path';
import { local, root } from '../paths.ts';

export const contract = join(root, 'openapi', 'openapi.json');
/** The program that uses a client, for each language. */
export const lives = (language: string): string => join(root, 'dev', 'generated-clients', 'lives', language);
/** Where clients are generated and compiled. */
export const output = (...names: string[]): string => join(local, 'generated-clients', ...names);
