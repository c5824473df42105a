import { type Document, operationsOf } from './document.ts';

/**
 * Says of a body that may be left out that it may. The route's schema is one that takes null too, since Fastify checks a
 * request without a body as one whose body is null.
 */
export function markOptionalBodies(document: Document): void {
  for (const { operation } of operationsOf(document)) {
    const { requestBody } = operation;
    if (requestBody === undefined) continue;
    for (const media of Object.values(requestBody.content)) {
      const alternatives = media.schema?.anyOf;
      const given = alternatives?.find((alternative) => alternative.type !== 'null');
      if (given === undefined || alternatives?.length !== 2) continue;
      media.schema = given;
      requestBody.required = false;
    }
  }
}
