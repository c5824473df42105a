import type { ErrorCode } from '../errors.ts';

/** The parts of an OpenAPI document that are read or completed here. */
export interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    headers?: Record<string, Header>;
    responses?: Record<string, Response>;
    schemas: Record<string, Schema>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly servers?: readonly unknown[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { required?: boolean; readonly content: Record<string, MediaType> };
  readonly responses: Record<string, Response>;
  'x-problem-codes'?: readonly ErrorCode[];
}

export interface Response {
  readonly $ref?: string;
  readonly description?: string;
  headers?: Record<string, { readonly $ref: string }>;
  readonly content?: Record<string, MediaType>;
}

export interface MediaType {
  schema?: Schema;
  examples?: Record<string, Example>;
}

export interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  additionalProperties?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly { readonly properties?: { code?: { enum?: ErrorCode[] } } }[];
}

export interface Example {
  readonly value: unknown;
}

export interface Header {
  readonly description: string;
  readonly required: boolean;
  readonly schema: Record<string, unknown>;
}

/** Each operation with its path. */
export function operationsOf({ paths }: Document): { path: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );
}

/** Whether it is called with an access token: those that are not say so by asking for no security. */
export const needsToken = ({ security }: Operation): boolean => security === undefined;
