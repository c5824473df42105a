import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type ErrorCode, errorTable } from '../errors.ts';
import { type Document, type MediaType, operationsOf, type Response } from './document.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

const fieldErrorSchema = z
  .object({
    in: z.enum(['body', 'path', 'query', 'header']).meta({ description: 'The part of the request.' }),
    pointer: z
      .string()
      .meta({ description: 'JSON Pointer (RFC 6901) to the field; empty for the whole part.' }),
    code: z.string().meta({ description: 'What is wrong with the field, for programs.' }),
    detail: z.string().meta({ description: 'The same for people.' }),
  })
  .meta({ id: 'FieldError' });

/** The body of every error (RFC 9457). `code` is what programs decide by; `type` is the same as a URI. */
const problemSchema = z
  .object({
    type: z
      .string()
      .meta({ format: 'uri', description: 'Identifies the kind of problem; absolute and stable.' }),
    title: z.string().meta({ description: 'The kind of problem, for people; the same for each `code`.' }),
    status: z.int().min(400).max(599).meta({ description: 'The HTTP status.' }),
    // No enum: code that is generated from one would fail at the first code that a later version adds.
    code: z.string().meta({
      description:
        'The kind of problem, for programs. `x-extensible-enum` names the codes of this version. Later versions add more: treat one that you do not know by its `status`.',
      'x-extensible-enum': codes,
    }),
    detail: z
      .string()
      .meta({ description: 'What went wrong this time and what to do, to be shown to people.' }),
    requestId: z.string().meta({ description: 'Names this request in the log of the service.' }),
    errors: z.array(fieldErrorSchema).optional().meta({ description: 'The fields that are wrong.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

/** Every request can meet these. */
const everywhere = ['method-not-allowed', 'internal-error'] as const satisfies ErrorCode[];

const problemType = 'application/problem+json';

/** The error answers of an operation, by status, each with the codes that it can carry. */
export function problemResponses(...possible: ErrorCode[]) {
  const byStatus = Map.groupBy([...possible, ...everywhere], (code) => errorTable[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, listed]) => {
      const schema = z.intersection(problemSchema, z.looseObject({ code: z.enum(listed) }));
      return [status, { description: described(listed), content: { [problemType]: { schema } } }];
    }),
  );
}

const described = (listed: readonly ErrorCode[]): string =>
  listed.map((code) => `\`${code}\`: ${errorTable[code].title}.`).join(' ');

/**
 * Makes one response of each status, to which all operations refer, so that a generated client has one type for
 * problems. Which of its codes an operation can answer with is said beside the reference, and in `x-problem-codes`.
 */
export function shareProblemResponses(document: Document): void {
  const byStatus = new Map<string, { codes: ErrorCode[]; response: Response }[]>();
  for (const { operation } of operationsOf(document)) {
    const ofOperation: ErrorCode[] = [];
    for (const [status, response] of Object.entries(operation.responses)) {
      const listed = codesOf(response);
      if (listed.length === 0) continue;
      ofOperation.push(...listed);
      byStatus.set(status, [...(byStatus.get(status) ?? []), { codes: listed, response }]);
      operation.responses[status] = {
        $ref: `#/components/responses/${nameOf(status)}`,
        description: described(listed),
      };
    }
    if (ofOperation.length > 0) operation['x-problem-codes'] = ofOperation;
  }
  document.components.responses = Object.fromEntries(
    [...byStatus].map(([status, uses]) => {
      const used = codes.filter((code) => uses.some((use) => use.codes.includes(code)));
      const examples = Object.assign({}, ...uses.map(({ response }) => mediaOf(response)?.examples));
      const content = { [problemType]: { schema: { $ref: '#/components/schemas/Problem' }, examples } };
      return [nameOf(status), { ...uses[0]?.response, description: described(used), content }];
    }),
  );
}

const mediaOf = ({ content }: Response): MediaType | undefined => content?.[problemType];

const codesOf = (response: Response): ErrorCode[] =>
  mediaOf(response)?.schema?.allOf?.flatMap(({ properties }) => properties?.code?.enum ?? []) ?? [];

/** The phrase of RFC 9110 in one word. */
function nameOf(status: string): string {
  const phrase = STATUS_CODES[status];
  if (phrase === undefined) throw new Error(`HTTP has no status ${status}.`);
  return phrase.replaceAll(/\W/g, '');
}
