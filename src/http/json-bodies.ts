import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../errors.ts';
import { whereJsonBreaks } from '../json.ts';

/**
 * Bodies are JSON, under the name of a merge patch (RFC 7396) too; Fastify alone would take text as well. A body of no
 * bytes is no body, whatever Content-Type says of it: generated clients name the type also where they send nothing.
 */
export function acceptJsonAlone(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') return done(null, null);
      parse(request, body, (error, value) => (error ? done(refusal(body, error)) : done(null, value)));
    },
  );
}

function refusal(body: string, cause: Error): ServiceError {
  return new ServiceError('invalid-json', { detail: faultOf(body), cause });
}

/** What is wrong with a body that was refused, for the person who wrote it. */
function faultOf(body: string): string {
  if (body.trim() === '') return 'The body has no JSON in it, only white space. Send a JSON object.';
  const position = whereJsonBreaks(body);
  // What is JSON and refused names a key by which objects of JavaScript can be changed from afar.
  if (position === undefined)
    return 'The body has a key that is not accepted: __proto__, or constructor with prototype.';
  if (position === body.length)
    return 'The body ends before the JSON does: a quote or a bracket is not closed.';
  const before = body.slice(0, position).split('\n');
  const character = JSON.stringify(String.fromCodePoint(body.codePointAt(position) ?? 0));
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `The body is not valid JSON: ${character} is not allowed at line ${before.length}, column ${column}.`;
}
