import { z } from 'zod';
import { type ErrorCode, errorTable } from '../errors.ts';

const codes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

/** The body of every error (RFC 9457). `code` is what programs decide by; `type` is the same as a URI. */
const problemSchema = z
  .object({
    type: z
      .string()
      .meta({ format: 'uri', description: 'Identifies the kind of problem; absolute and stable.' }),
    title: z.string().meta({ description: 'The kind of problem, for people; the same for each `code`.' }),
    status: z.int().min(400).max(599).meta({ description: 'The HTTP status.' }),
    code: z.enum(codes).meta({ description: 'The kind of problem, for programs. Later versions add more.' }),
    detail: z.string().optional().meta({ description: 'What went wrong this time, to be shown to people.' }),
    requestId: z.string().meta({ description: 'Names this request in the log of the service.' }),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'path', 'query', 'header']).meta({ description: 'The part of the request.' }),
          pointer: z
            .string()
            .meta({ description: 'JSON Pointer (RFC 6901) to the field; empty for the whole part.' }),
          code: z.string().meta({ description: 'What is wrong with the field, for programs.' }),
          detail: z.string().meta({ description: 'The same for people.' }),
        }),
      )
      .optional()
      .meta({ description: 'The fields that are wrong.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

/** Every request can meet these. */
const everywhere = ['method-not-allowed', 'internal-error'] as const satisfies ErrorCode[];

/** The error answers of an operation for the OpenAPI document, by status, each with the codes that it can carry. */
export function problemResponses(...possible: ErrorCode[]) {
  const byStatus = Map.groupBy([...possible, ...everywhere], (code) => errorTable[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, listed]) => {
      const description = listed.map((code) => `\`${code}\`: ${errorTable[code].title}.`).join(' ');
      const schema = z.intersection(problemSchema, narrowed(listed));
      return [status, { description, content: { 'application/problem+json': { schema } } }];
    }),
  );
}

/** The object is open, and says nothing of that: Problem has the other fields, and a generated type needs no index. */
const narrowed = (listed: readonly ErrorCode[]) =>
  z.looseObject({ code: z.enum(listed) }).meta({ additionalProperties: undefined });
