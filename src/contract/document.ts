/** The parts of an OpenAPI document that are read or completed here. */
export interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    headers?: Record<string, Header>;
    schemas: Record<string, unknown>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { required?: boolean; readonly content: Record<string, MediaType> };
  readonly responses: Record<string, Response>;
}

export interface Response {
  headers?: Record<string, { readonly $ref: string }>;
  readonly content?: Record<string, MediaType>;
}

export interface MediaType {
  schema?: Schema;
  examples?: Record<string, Example>;
}

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly { readonly properties?: { code?: { enum?: string[] } } }[];
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
