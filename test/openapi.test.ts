import { readFile } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../src/commands/openapi.ts';
import { errorTable } from '../src/errors.ts';
import { testApp } from './support/test-app.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly description?: string;
  readonly 'x-required-permissions'?: readonly string[];
  readonly 'x-problem-codes'?: readonly string[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Record<string, MediaType> };
  readonly responses: Record<string, Answer>;
}

interface Answer {
  readonly $ref?: string;
  readonly description?: string;
  readonly headers?: Record<string, unknown>;
  readonly content?: Record<string, MediaType>;
}

interface MediaType {
  readonly schema: Schema;
  readonly examples?: Record<string, { readonly value: unknown }>;
}

interface Schema {
  readonly type?: unknown;
  readonly $ref?: string;
  readonly additionalProperties?: unknown;
  readonly [keyword: string]: unknown;
}

const headersOf: Record<string, string[]> = {
  201: ['Location'],
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  429: ['Retry-After', 'RateLimit-Limit'],
  503: ['Retry-After'],
  504: ['Retry-After'],
};

const text = await openApiDocument();
const document = JSON.parse(text);
const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    operation,
  })),
);
/** An answer of an operation, wherever it is written. */
const written = (answer: Answer): Answer => {
  const name = answer.$ref?.replace('#/components/responses/', '');
  return name === undefined ? answer : document.components.responses[name];
};
const answersOf = ({ responses }: Operation): [status: string, answer: Answer][] =>
  Object.entries(responses).map(([status, answer]) => [status, written(answer)]);
const isProblem = ({ content = {} }: Answer): boolean => 'application/problem+json' in content;
const ofApi = operations.filter(({ name }) => name.includes('/api/'));

describe('the OpenAPI document', () => {
  it('in the repository is what the routes say (npm run openapi writes it)', async () => {
    const committed = await readFile(new URL('../openapi/openapi.json', import.meta.url), 'utf8');
    expect(JSON.parse(committed)).toEqual(document);
    expect(committed).toBe(text);
  });

  it('is of version 3.1 and holds every call of the API', () => {
    expect(document.openapi).toBe('3.1.0');
    const base = '/api/v1/tenants/{tenantId}';
    const one = `${base}/service-accounts/{id}`;
    expect(operations.map(({ name }) => name).sort()).toEqual(
      [
        'POST /realms/orki/protocol/openid-connect/token',
        'GET /livez',
        'GET /readyz',
        `GET ${base}/permissions`,
        `GET ${base}/revocations`,
        `GET ${base}/service-accounts`,
        `POST ${base}/service-accounts`,
        `GET ${one}`,
        `GET ${one}/history`,
        `PATCH ${one}`,
        `DELETE ${one}`,
        `POST ${one}/regenerate-secret`,
        `PUT ${one}/keys`,
        `DELETE ${one}/previous-secret`,
        `POST ${one}/activate`,
        `POST ${one}/deactivate`,
        `POST ${one}/revoke-tokens`,
      ].sort(),
    );
  });

  it.each(operations)('names and describes $name', ({ operation }) => {
    expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operation.summary).toBeTruthy();
    expect(operation.description).toBeTruthy();
    expect(operation.tags).toHaveLength(1);
    for (const response of Object.values(operation.responses)) expect(response.description).toBeTruthy();
  });

  it('gives each operation an id of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(ofApi)('shows the errors of $name as problem details', ({ operation }) => {
    const statuses = Object.keys(operation.responses);
    expect(statuses).toEqual(expect.arrayContaining(['400', '401', '403', '405', '429', '500', '503']));
    const errors = answersOf(operation).filter(([status]) => Number(status) >= 400);
    for (const [, { content }] of errors) {
      expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
    }
  });

  it.each(operations)(
    'gives $name an example of every body, and of every code of its errors',
    ({ operation }) => {
      const bodies = [operation.requestBody ?? {}, ...answersOf(operation).map(([, answer]) => answer)];
      const media = bodies.flatMap(({ content }) => Object.values(content ?? {}));
      for (const { examples = {} } of media) expect(Object.keys(examples).length).toBeGreaterThan(0);
      const named = media.flatMap(({ examples = {} }) => Object.keys(examples));
      expect(named).toEqual(expect.arrayContaining([...(operation['x-problem-codes'] ?? [])]));
    },
  );

  it('says of each operation which codes it has, by the status that they come with', () => {
    for (const { operation } of operations) {
      const problems = Object.entries(operation.responses).filter(([, answer]) => isProblem(written(answer)));
      const described = problems.flatMap(([, { description = '' }]) =>
        [...description.matchAll(/`([a-z-]+)`: /g)].map(([, code]) => code),
      );
      expect([...described].sort()).toEqual([...(operation['x-problem-codes'] ?? [])].sort());
    }
    const edit = ofApi.find(({ operation }) => operation.operationId === 'editServiceAccount');
    expect(edit?.operation['x-problem-codes']).toContain('half-done');
    expect(edit?.operation['x-problem-codes']).not.toContain('overlap-unavailable');
  });

  it.each(ofApi)('says what $name needs, and what headers it answers with', ({ name, operation }) => {
    const reads = name.startsWith('GET');
    expect(operation['x-required-permissions']).toEqual([`service-accounts:${reads ? 'read' : 'write'}`]);
    for (const [status, { headers = {} }] of answersOf(operation)) {
      const expected = ['X-Request-Id', 'Cache-Control', ...(headersOf[status] ?? [])];
      if (Number(status) < 300) expected.push('RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset');
      expect(Object.keys(headers)).toEqual(expect.arrayContaining(expected));
    }
  });

  it('lets the bodies of regenerating and deactivating be left out, as they always could be, and no other one', () => {
    const bodies = operations.filter(({ operation }) => operation.requestBody !== undefined);
    const optional = bodies.filter(({ operation }) => operation.requestBody?.required !== true);
    expect(optional.map(({ operation }) => operation.operationId)).toEqual([
      'regenerateSecret',
      'deactivateServiceAccount',
    ]);
  });

  it('offers the media type of a merge patch for the edit', () => {
    const edit = ofApi.find(({ operation }) => operation.operationId === 'editServiceAccount');
    expect(Object.keys(edit?.operation.requestBody?.content ?? {})).toEqual([
      'application/json',
      'application/merge-patch+json',
    ]);
  });

  it('shows a secret in the answers of create and regenerate alone', () => {
    const withSecret = operations.filter(({ operation }) =>
      /"#\/components\/schemas\/(ServiceAccountWithSecret|CreatedServiceAccount)"/.test(
        JSON.stringify(operation.responses),
      ),
    );
    expect(withSecret.map(({ operation }) => operation.operationId).sort()).toEqual([
      'createServiceAccount',
      'regenerateSecret',
    ]);
    const disclosing = Object.entries(document.components.schemas).filter(([, schema]) =>
      JSON.stringify(schema).includes('"clientSecret"'),
    );
    expect(disclosing.map(([name]) => name).sort()).toEqual([
      'CreatedServiceAccount',
      'ServiceAccountWithSecret',
    ]);
  });

  it.each(['schemas', 'responses', 'headers'])(
    'refers to no %s that are not in it, and holds none unused',
    (kind) => {
      const references = [...text.matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)];
      const names = references.filter(([, ofKind]) => ofKind === kind).map(([, , name]) => name);
      expect([...new Set(names)].sort()).toEqual(Object.keys(document.components[kind]).sort());
    },
  );

  it('needs no token for health, and one for all else', () => {
    for (const { name, operation } of operations) {
      expect(operation.security).toEqual(name.includes('/api/') ? undefined : []);
    }
    expect(document.security.length).toBeGreaterThan(0);
  });
});

/** What a generator makes of the document is one type for each thing, which no later version breaks. */
describe('the OpenAPI document, for generated clients', () => {
  it('has each problem once, as a response that operations refer to', () => {
    for (const { operation } of operations) {
      const problems = Object.values(operation.responses).filter((answer) => isProblem(written(answer)));
      for (const { $ref } of problems) expect($ref).toMatch(/^#\/components\/responses\/[A-Z]\w+$/);
    }
    for (const answer of Object.values<Answer>(document.components.responses)) {
      const schema = answer.content?.['application/problem+json']?.schema;
      expect(schema).toEqual({ $ref: '#/components/schemas/Problem' });
    }
  });

  it('has a name for every object that is sent or answered', () => {
    const ofSchemas = Object.entries<Schema>(document.components.schemas).flatMap(([name, schema]) =>
      partsOf(schema, name).slice(1),
    );
    const ofBodies = operations.flatMap(({ name, operation }) =>
      [operation.requestBody ?? {}, ...answersOf(operation).map(([, answer]) => answer)]
        .flatMap(({ content }) => Object.values(content ?? {}))
        .flatMap(({ schema }) => partsOf(schema, name)),
    );
    const nameless = [...ofSchemas, ...ofBodies].filter(({ schema }) => schema.type === 'object');
    expect(nameless.map(({ path }) => path)).toEqual([]);
    expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Input'))).toEqual([]);
  });

  it('has one type of mode, for what is sent and what is answered', () => {
    const { CreateServiceAccount, ServiceAccount } = document.components.schemas;
    const mode = { $ref: '#/components/schemas/Mode' };
    expect([CreateServiceAccount.properties.mode, ServiceAccount.properties.mode]).toEqual([mode, mode]);
  });

  it('leaves codes open, and every object that is answered: later versions add to them', () => {
    const { Problem, FieldError, TokenRefusal } = document.components.schemas;
    for (const code of [Problem.properties.code, FieldError.properties.code, TokenRefusal.properties.error]) {
      expect(code).toMatchObject({ type: 'string' });
      expect(code.enum).toBeUndefined();
    }
    expect(Problem.properties.code['x-extensible-enum']).toEqual(Object.keys(errorTable));
    const closed = Object.entries<Schema>(document.components.schemas).filter(
      ([, schema]) => schema.additionalProperties === false,
    );
    expect(closed.map(([name]) => name).sort()).toEqual([
      'CreateServiceAccount',
      'CredentialsToSet',
      'DeactivateServiceAccount',
      'EditServiceAccount',
      'RegenerateSecret',
      'ReplaceKeys',
    ]);
  });

  it('names no host of Keycloak in the repository, so that no secret goes to one that nobody named', async () => {
    const keycloak = document.paths['/realms/orki/protocol/openid-connect/token'].post.servers;
    expect(keycloak).toMatchObject([{ variables: { keycloak: { default: 'https://keycloak.invalid' } } }]);
    expect(text).not.toContain(':8080');
    const { app } = await testApp();
    const { paths } = (await app.inject('/swagger/json')).json();
    const [running] = Object.values<{ post?: typeof document }>(paths).flatMap(
      ({ post }) => post?.servers ?? [],
    );
    expect(running.variables.keycloak.default).toBe('https://auth.example.test');
  });

  it('says whom to ask about it', () => {
    expect(document.info.contact).toMatchObject({ name: 'Orki' });
  });
});

/** A schema and all that it is made of, without what it refers to. */
function partsOf(schema: Schema, path: string): { path: string; schema: Schema }[] {
  const inner = Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'properties') return Object.entries(value as Record<string, Schema>);
    if (key === 'items') return [[key, value as Schema] as const];
    if (/^(any|all|one)Of$/.test(key)) return (value as Schema[]).map((one) => [key, one] as const);
    return [];
  });
  return [{ path, schema }, ...inner.flatMap(([key, value]) => partsOf(value, `${path}.${key}`))];
}

describe('Swagger UI', () => {
  it('is served with the document at /swagger, without a token', async () => {
    const { app } = await testApp();
    expect((await app.inject('/swagger')).statusCode).toBeLessThan(400);
    const answer = await app.inject('/swagger/json');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ servers: [{ url: 'https://api.example.test/gateway' }] });
  });

  it('takes less than 0.6 MB on its way to a browser, whichever encoding that takes', async () => {
    const { app } = await testApp();
    const page = await app.inject('/swagger/');
    const files = [...page.body.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map(
      ([, file]) => `/swagger/${file}`,
    );
    expect(files).toContain('/swagger/static/swagger-ui-bundle.js');
    const encodings = { 'gzip, deflate, br, zstd': 'br', gzip: 'gzip', 'gzip;q=0.5, br;q=0': 'gzip' };
    for (const [accepted, encoding] of Object.entries(encodings)) {
      const headers = { 'accept-encoding': accepted };
      const answers = await Promise.all(
        [...files, '/swagger/json'].map((url) => app.inject({ url, headers })),
      );
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
      const bytes = answers.reduce((sum, { rawPayload }) => sum + rawPayload.length, page.rawPayload.length);
      expect(bytes).toBeLessThan(600_000);
      const large = answers.filter(({ rawPayload }) => rawPayload.length > 10_000);
      expect(large.map((answer) => answer.headers['content-encoding'])).toEqual(large.map(() => encoding));
    }
  });

  it.each(['swagger-ui-bundle.js', 'swagger-ui.css'])(
    'gives the same %s compressed and as it is, again and again, and lets clients keep it',
    async (file) => {
      const { app } = await testApp();
      const url = `/swagger/static/${file}`;
      const plain = await app.inject(url);
      expect(plain.headers['content-encoding']).toBeUndefined();
      for (const [encoding, decode] of [
        ['br', brotliDecompressSync],
        ['gzip', gunzipSync],
        ['br', brotliDecompressSync],
      ] as const) {
        const answer = await app.inject({ url, headers: { 'accept-encoding': encoding } });
        expect(decode(answer.rawPayload).equals(plain.rawPayload)).toBe(true);
        expect(answer.headers).toMatchObject({
          'content-type': plain.headers['content-type'],
          'content-length': String(answer.rawPayload.length),
          'cache-control': 'public, max-age=3600',
          vary: expect.stringContaining('accept-encoding'),
        });
      }
      const headers = { 'if-none-match': String(plain.headers.etag), 'accept-encoding': 'br' };
      expect(await app.inject({ url, headers })).toMatchObject({ statusCode: 304, body: '' });
      const head = await app.inject({ method: 'HEAD', url, headers: { 'accept-encoding': 'br' } });
      expect(head).toMatchObject({ statusCode: 200, body: '' });
    },
  );

  it('is not there when it is switched off', async () => {
    const { app } = await testApp({ showDocumentation: false });
    for (const url of ['/swagger', '/swagger/json']) {
      expect((await app.inject(url)).json()).toMatchObject({ status: 404, code: 'route-not-found' });
    }
  });
});
