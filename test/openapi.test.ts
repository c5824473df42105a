import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../src/commands/openapi.ts';
import { testApp } from './support/test-app.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly description?: string;
  readonly 'x-required-permissions'?: readonly string[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Record<string, MediaType> };
  readonly responses: Record<string, Answer>;
}

interface Answer {
  readonly description?: string;
  readonly headers?: Record<string, unknown>;
  readonly content?: Record<string, MediaType>;
}

interface MediaType {
  readonly schema: { readonly allOf?: readonly { readonly properties?: { code?: { enum?: string[] } } }[] };
  readonly examples?: Record<string, { readonly value: unknown }>;
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
        `GET ${base}/service-accounts`,
        `POST ${base}/service-accounts`,
        `GET ${one}`,
        `GET ${one}/history`,
        `PATCH ${one}`,
        `DELETE ${one}`,
        `POST ${one}/regenerate-secret`,
        `DELETE ${one}/previous-secret`,
        `POST ${one}/activate`,
        `POST ${one}/deactivate`,
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
    const errors = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
    for (const [, { content }] of errors) {
      expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
    }
  });

  it.each(operations)(
    'gives $name an example of every body, and of every code of its errors',
    ({ operation }) => {
      const bodies = [operation.requestBody ?? {}, ...Object.values(operation.responses)];
      for (const media of bodies.flatMap(({ content }) => Object.values(content ?? {}))) {
        const codes = media.schema.allOf?.flatMap(({ properties }) => properties?.code?.enum ?? []);
        const examples = Object.keys(media.examples ?? {});
        if (codes === undefined) expect(examples.length).toBeGreaterThan(0);
        else expect(examples).toEqual(codes);
      }
    },
  );

  it.each(ofApi)('says what $name needs, and what headers it answers with', ({ name, operation }) => {
    const reads = name.startsWith('GET');
    expect(operation['x-required-permissions']).toEqual([`service-accounts:${reads ? 'read' : 'write'}`]);
    for (const [status, { headers = {} }] of Object.entries(operation.responses)) {
      const expected = ['X-Request-Id', 'Cache-Control', ...(headersOf[status] ?? [])];
      if (Number(status) < 300) expected.push('RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset');
      expect(Object.keys(headers)).toEqual(expect.arrayContaining(expected));
    }
  });

  it('lets the body of regenerating be left out, as it always could be, and no other one', () => {
    const bodies = operations.filter(({ operation }) => operation.requestBody !== undefined);
    const optional = bodies.filter(({ operation }) => operation.requestBody?.required !== true);
    expect(optional.map(({ operation }) => operation.operationId)).toEqual(['regenerateSecret']);
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
      JSON.stringify(operation.responses).includes('ServiceAccountWithSecret'),
    );
    expect(withSecret.map(({ operation }) => operation.operationId).sort()).toEqual([
      'createServiceAccount',
      'regenerateSecret',
    ]);
    expect(JSON.stringify(document.components.schemas.ServiceAccount)).not.toContain('clientSecret');
  });

  it('refers to nothing that is not in it, and holds nothing unused', () => {
    const references = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect([...new Set(references)].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it('needs no token for health, and one for all else', () => {
    for (const { name, operation } of operations) {
      expect(operation.security).toEqual(name.includes('/api/') ? undefined : []);
    }
    expect(document.security.length).toBeGreaterThan(0);
  });
});

describe('Swagger UI', () => {
  it('is served with the document at /swagger, without a token', async () => {
    const { app } = await testApp();
    expect((await app.inject('/swagger')).statusCode).toBeLessThan(400);
    const answer = await app.inject('/swagger/json');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ servers: [{ url: 'https://api.example.test/gateway' }] });
  });

  it('is not there when it is switched off', async () => {
    const { app } = await testApp({ showDocumentation: false });
    for (const url of ['/swagger', '/swagger/json']) {
      expect((await app.inject(url)).json()).toMatchObject({ status: 404, code: 'route-not-found' });
    }
  });
});
