import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ServiceError } from '../errors.ts';
import { parseJson } from '../json.ts';

/** Where a page ended. */
export interface Position {
  /** The clientId of the last account shown; what follows it in Keycloak's order is the next page. */
  readonly after: string;
  /** Where that account stood in Keycloak's list, a hint that saves reading the list from its start. */
  readonly at: number;
}

const cursorSchema = z.strictObject({
  after: z.string().regex(/^[\x21-\x7e]{1,255}$/),
  at: z.int().min(0).max(1_000_000),
  of: z.string(),
});

/** What a list is a list of. A cursor belongs to one such question. */
type Question = readonly (string | undefined)[];

/** An opaque cursor for the list that `question` asks for. It is not a secret: it can't widen what a caller sees. */
export function encodeCursor(position: Position, question: Question): string {
  return Buffer.from(JSON.stringify({ ...position, of: digest(question) })).toString('base64url');
}

/** @throws {ServiceError} 400 for a cursor that is malformed, or of another tenant or filter. */
export function decodeCursor(cursor: string, question: Question): Position {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data.of !== digest(question)) throw invalidCursor();
  return { after: parsed.data.after, at: parsed.data.at };
}

const digest = (question: Question): string =>
  createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);

function invalidCursor(): ServiceError {
  const detail = 'This cursor does not belong to this list. Start again without one.';
  return new ServiceError('invalid-request', {
    detail,
    errors: [{ in: 'query', pointer: '/cursor', code: 'invalid-cursor', detail }],
  });
}
