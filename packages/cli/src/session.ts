import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFile } from './private-file.ts';

/** A person who is signed in. */
export interface Session {
  readonly url: string;
  readonly tenant: string;
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly revocationUrl: string | null;
  readonly clientId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Keeps the session in a file that nobody else may read, where the XDG Base Directory Specification puts state. */
export function sessionStore(env: NodeJS.ProcessEnv) {
  const state = env.XDG_STATE_HOME || join(env.HOME ?? homedir(), '.local', 'state');
  const path = join(state, 'orki-sa', 'session.json');
  return {
    read: (): Session | undefined =>
      existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Session) : undefined,
    write(session: Session): void {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      replaceFile(path).commit(JSON.stringify(session));
    },
    remove: (): void => rmSync(path, { force: true }),
  };
}
