import { type Document, type Example, type MediaType, operationsOf } from './document.ts';
import recorded from './examples.json' with { type: 'json' };

/** A request and its answer, as they went over the wire but for ids, times and secrets. */
export interface Exchange {
  readonly operationId: string;
  readonly name: string;
  readonly request?: unknown;
  readonly status: number;
  readonly body?: unknown;
}

const exchanges = recorded as readonly Exchange[];

/**
 * Puts the recorded exchanges in as examples. A problem is the same whichever operation meets it, so that each error
 * answer gets an example of each of its codes.
 */
export function addExamples(document: Document): void {
  for (const { operation } of operationsOf(document)) {
    const own = exchanges.filter(({ operationId }) => operationId === operation.operationId);
    const requests = own.filter(({ request, status }) => request !== undefined && status < 300);
    const requestExamples = byName(requests.map(({ name, request }) => [name, request]));
    for (const media of Object.values(operation.requestBody?.content ?? {})) put(media, requestExamples);
    for (const [status, { content }] of Object.entries(operation.responses)) {
      for (const [type, media] of Object.entries(content ?? {})) {
        const answers = own.filter((exchange) => String(exchange.status) === status);
        if (type === 'application/problem+json') put(media, problemExamples(media));
        else put(media, byName(answers.map(({ name, body }) => [name, body])));
      }
    }
  }
}

function problemExamples({ schema }: MediaType): Record<string, Example> {
  const codes = schema?.allOf?.flatMap(({ properties }) => properties?.code?.enum ?? []) ?? [];
  return byName(
    codes.flatMap((code) => {
      const found = exchanges.find(({ body }) => (body as { code?: string } | undefined)?.code === code);
      return found === undefined ? [] : [[code, found.body] as const];
    }),
  );
}

const byName = (named: readonly (readonly [name: string, value: unknown])[]): Record<string, Example> =>
  Object.fromEntries(named.map(([name, value]) => [name, { value }]));

function put(media: MediaType, examples: Record<string, Example>): void {
  if (Object.keys(examples).length > 0) media.examples = examples;
}
