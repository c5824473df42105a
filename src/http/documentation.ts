import swagger from '@fastify/swagger';
import swaggerUi, { type FastifySwaggerUiOptions } from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import packageJson from '../../package.json' with { type: 'json' };
import type { Document } from '../contract/document.ts';
import { addExamples } from '../contract/examples.ts';
import { addHeaders } from '../contract/headers.ts';
import { markOptionalBodies } from '../contract/optional-bodies.ts';
import { shareProblemResponses } from '../contract/problem-responses.ts';
import { nameSchemas, openAnswers } from '../contract/schema-names.ts';
import { addTokenUrl } from '../contract/token-url.ts';
import { names } from '../names.ts';
import { compressOnce } from './compress-once.ts';

export interface DocumentationOptions {
  /** The service as the world sees it. */
  readonly publicUrl: string;
  /** The realm as the world sees it. */
  readonly issuer: string;
  /** Whether /swagger is served; the document itself is made in either case. */
  readonly isShown: boolean;
}

const description = `Service accounts of an Orki tenant. Each is a confidential client in Keycloak; its token comes
from Keycloak's own token URL by the client credentials grant. Times are RFC 3339 in UTC. Errors are problem details
(RFC 9457): decide by \`code\`. Where a JSON object names a key twice, the last one counts.`;

/** The OpenAPI document, made from the routes' schemas, and Swagger UI at /swagger, where a person can sign in. */
export async function documentation(app: FastifyInstance, options: DocumentationOptions): Promise<void> {
  const endpoint = `${options.issuer}/protocol/openid-connect`;
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Orki service accounts',
        version: packageJson.version,
        description,
        contact: { name: 'Orki', url: 'https://orki.ai' },
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: options.publicUrl }],
      tags: [
        { name: 'Service accounts', description: 'Create, find, change and remove them.' },
        { name: 'Permissions', description: 'What there is to grant.' },
        { name: 'Tokens', description: 'What an integration does with its credentials, at Keycloak.' },
        { name: 'Health', description: 'For operations.' },
      ],
      security: [{ person: ['openid'] }, { token: [] }],
      components: {
        securitySchemes: {
          person: {
            type: 'oauth2',
            description: 'Sign in at Keycloak (authorization code with PKCE). Leave client_secret empty.',
            flows: {
              authorizationCode: {
                authorizationUrl: `${endpoint}/auth`,
                tokenUrl: `${endpoint}/token`,
                scopes: { openid: 'Who you are' },
              },
            },
          },
          token: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'An access token of the realm, for this tenant.',
          },
        },
      },
    },
    transform: withRequiredPermission,
    transformObject: (input) => {
      const document = jsonSchemaTransformObject(input);
      return completed(document as unknown as Document, options.issuer) as unknown as typeof document;
    },
  });
  if (!options.isShown) return;
  await app.register(async (pages) => {
    letClientsKeep(pages);
    compressOnce(pages, [...largeFiles, '/swagger/json']);
    await pages.register(swaggerUi, userInterface(options));
  });
}

const largeFiles = ['swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'swagger-ui.css'].map(
  (name) => `/swagger/static/${name}`,
);

/** For an hour Swagger UI's own files are not asked for again, and after that by their ETag. */
function letClientsKeep(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    if (largeFiles.includes(request.url)) reply.header('cache-control', 'public, max-age=3600');
  });
}

/** Says what the route asks of a caller, by the very setting that the check reads. */
const withRequiredPermission: typeof jsonSchemaTransform = (input) => {
  const { schema, url } = jsonSchemaTransform(input);
  const { requiredPermissions: [permission] = [] } = input.route.config ?? {};
  const permissions = permission && { 'x-required-permissions': [permission] };
  return { schema: { ...schema, ...permissions }, url };
};

function completed(given: Document, issuer: string): Document {
  openAnswers(given);
  const document = nameSchemas(given);
  markOptionalBodies(document);
  addHeaders(document);
  addTokenUrl(document, issuer);
  addExamples(document);
  shareProblemResponses(document);
  return document;
}

function userInterface({ publicUrl, issuer }: DocumentationOptions): FastifySwaggerUiOptions {
  const path = new URL(publicUrl).pathname.replace(/\/+$/, '');
  const self = "'self'";
  return {
    routePrefix: '/swagger',
    ...(path === '' ? {} : { indexPrefix: path }),
    initOAuth: {
      clientId: names.frontendClient,
      usePkceWithAuthorizationCodeGrant: true,
      scopes: 'openid',
    },
    uiConfig: { layout: 'BaseLayout', persistAuthorization: false, displayRequestDuration: true },
    theme: {
      title: 'Orki service accounts',
      js: [{ filename: 'dialog-at-its-top.js', content: dialogAtItsTop }],
    },
    staticCSP: {
      'default-src': ["'none'"],
      'script-src': [self],
      // Swagger UI sets styles from its scripts.
      'style-src': [self, "'unsafe-inline'"],
      'img-src': [self, 'data:'],
      // Signing in ends with a request to Keycloak's token URL.
      'connect-src': [self, new URL(publicUrl).origin, new URL(issuer).origin],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  };
}

/** Swagger UI puts the cursor into the last field of its Authorize dialog, so that it would open scrolled down to that. */
const dialogAtItsTop = `
new MutationObserver(() => {
  const dialog = document.querySelector('.modal-ux-content');
  if (!dialog || dialog.dataset.isAtItsTop) return;
  dialog.dataset.isAtItsTop = 'true';
  dialog.querySelector('input')?.focus();
  dialog.scrollTop = 0;
}).observe(document.documentElement, { childList: true, subtree: true });
`;
