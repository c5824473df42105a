import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { type FieldError, ServiceError } from '../errors.ts';

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
    return { error: invalidRequest(parts[httpPart ?? 'body'] ?? 'body', result.error) };
  };

/** A 400 for all that zod found wrong in one part of a request. */
function invalidRequest(part: FieldError['in'], error: z.ZodError): ServiceError {
  const errors = error.issues.flatMap((issue) => fieldErrors(part, issue));
  const [only, ...others] = errors;
  const detail =
    only !== undefined && others.length === 0 ? only.detail : `${errors.length} fields are wrong.`;
  return new ServiceError('invalid-request', { detail, errors });
}

/** One entry for each wrong field; unknown fields are named one by one. */
function fieldErrors(part: FieldError['in'], issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      in: part,
      pointer: jsonPointer([...issue.path, key]),
      code: 'unknown-field',
      detail: 'This field is not known here.',
    }));
  }
  return [{ in: part, pointer: jsonPointer(issue.path), ...codeAndDetail(issue) }];
}

function codeAndDetail(issue: z.core.$ZodIssue): Pick<FieldError, 'code' | 'detail'> {
  if (issue.input === undefined && issue.code !== 'custom')
    return { code: 'required', detail: 'This is needed.' };
  const code = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return { code: String(code ?? issue.code.replaceAll('_', '-')), detail: issue.message };
}

/** A JSON Pointer (RFC 6901) from the path of a zod issue. */
function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
