import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { type FieldError, ServiceError } from '../errors.ts';
import { nearest } from '../nearest.mjs';
import { inOneText, listed, quoted } from '../wording.ts';

const parts: Record<string, FieldError['in']> = {
  params: 'path',
  querystring: 'query',
  headers: 'header',
  body: 'body',
};

/**
 * Checks each part of a request against its zod schema. Every wrong field is named by a JSON Pointer; nothing is
 * coerced or dropped, because Fastify's own Ajv defaults do not apply to this compiler.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data) => {
    const result = schema.safeParse(data, { reportInput: true });
    if (result.success) return { value: result.data };
    return { error: invalidRequest(parts[httpPart ?? 'body'] ?? 'body', schema, result.error) };
  };

/** A 400 for all that zod found wrong in one part of a request. */
function invalidRequest(part: FieldError['in'], schema: z.ZodType, error: z.ZodError): ServiceError {
  const errors = error.issues.flatMap((issue) => fieldErrors(part, schema, issue));
  const detail = inOneText(errors.map((field) => field.detail));
  return new ServiceError('invalid-request', { detail, errors });
}

/** One entry for each wrong field; unknown fields are named one by one. */
function fieldErrors(part: FieldError['in'], schema: z.ZodType, issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      in: part,
      pointer: jsonPointer([...issue.path, key]),
      code: 'unknown-field',
      detail: unknownField(key, fieldsOf(schema)),
    }));
  }
  const code = issue.code === 'custom' ? issue.params?.code : undefined;
  const isMissing = issue.input === undefined && issue.code !== 'custom';
  return [
    {
      in: part,
      pointer: jsonPointer(issue.path),
      code: isMissing ? 'required' : String(code ?? issue.code.replaceAll('_', '-')),
      detail: detailOf(issue, schema, isMissing),
    },
  ];
}

function unknownField(key: string, fields: readonly string[]): string {
  const near = nearest(key, fields);
  const choices = fields.length === 0 ? 'There are none here.' : `The fields are ${listed(fields, 'and')}.`;
  return `There is no field ${quoted(key)}. ${near === undefined ? choices : `Did you mean ${near}?`}`;
}

/** A sentence for the person who wrote the request: which field, what may stand there, what stood there. */
function detailOf(issue: z.core.$ZodIssue, schema: z.ZodType, isMissing: boolean): string {
  const field = issue.path.map(String).join('.');
  if (field === '') return issue.code === 'custom' ? issue.message : `Send ${wantedObject(schema)}.`;
  if (issue.code === 'invalid_value') {
    const choices = listed(issue.values.map(String), 'or');
    return isMissing
      ? `${field} is needed: ${choices}.`
      : `${field} has to be ${choices}, not ${quoted(issue.input)}.`;
  }
  if (isMissing) return `${field} is needed.`;
  if (issue.code === 'invalid_type')
    return `${field} has to be ${named(issue.expected)}, not ${quoted(issue.input)}.`;
  // Every other rule of the schemas has a sentence of its own.
  return issue.message;
}

function wantedObject(schema: z.ZodType): string {
  const fields = fieldsOf(schema);
  const needed = fields.filter((field) => isNeeded(schema, field));
  if (needed.length > 0) return `a JSON object with ${listed(needed, 'and')}`;
  if (schema.safeParse(null).success) return `no body, or a JSON object with ${listed(fields, 'or')}`;
  return fields.length === 0 ? 'nothing' : `a JSON object with what is to change: ${listed(fields, 'or')}`;
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return shapeOf(schema.unwrap());
  return schema instanceof z.ZodObject ? schema.shape : {};
}
const fieldsOf = (schema: z.ZodType): string[] => Object.keys(shapeOf(schema));
const isNeeded = (schema: z.ZodType, field: string): boolean =>
  !z.safeParse(shapeOf(schema)[field] ?? z.any(), undefined).success;

const named = (type: string): string =>
  type === 'int' ? 'a whole number' : /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;

/** A JSON Pointer (RFC 6901) from the path of a zod issue. */
function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
