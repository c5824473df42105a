import type { Document, Schema } from './document.ts';

const reference = (name: string): string => `"#/components/schemas/${name}"`;

/**
 * Leaves out schemas that nothing refers to, and gives each of the others one name. zod writes a schema with an id
 * twice: as what may be sent, `…Input`, and as what is answered. One that is used in one way only, or is the same both
 * ways, gets its plain name.
 */
export function nameSchemas<Given extends Document>(given: Given): Given {
  const document = { ...given, components: { ...given.components, schemas: usedSchemas(given) } };
  const { schemas } = document.components;
  const renamed = Object.keys(schemas).filter((name) => {
    const plain = plainName(name);
    return plain !== name && (schemas[plain] === undefined || isSame(schemas[plain], schemas[name]));
  });
  for (const name of renamed) {
    schemas[plainName(name)] ??= schemas[name] as Schema;
    delete schemas[name];
  }
  const text = renamed.reduce(
    (text, name) => text.replaceAll(reference(name), reference(plainName(name))),
    JSON.stringify(document),
  );
  return JSON.parse(text);
}

/** What is answered may get more fields in later versions: a client that takes its schema for closed would fail then. */
export function openAnswers(document: Document): void {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (!name.endsWith('Input')) delete schema.additionalProperties;
  }
}

const plainName = (name: string): string => name.replace(/Input$/, '');

const isSame = (one: Schema | undefined, other: Schema | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function usedSchemas({ paths, components }: Document): Record<string, Schema> {
  const used = new Map<string, Schema>();
  const addAllIn = (part: unknown): void => {
    const text = JSON.stringify(part);
    for (const [name, schema] of Object.entries(components.schemas)) {
      if (used.has(name) || !text.includes(reference(name))) continue;
      used.set(name, schema);
      addAllIn(schema);
    }
  };
  addAllIn(paths);
  return Object.fromEntries(Object.entries(components.schemas).filter(([name]) => used.has(name)));
}
