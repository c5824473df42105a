import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { names } from '../names.ts';

export interface SettingsPageOptions {
  /** The folder that `npm run page` has built. */
  readonly folder: string;
  /** The service as the world sees it. */
  readonly publicUrl: string;
  /** The realm as the world sees it. */
  readonly issuer: string;
  /** Where the tenant's API is, for the commands that the page shows. */
  readonly tenantApiUrl: string;
}

const address = '/settings/service-account-tokens';
const hidden = { schema: { hide: true } };

/**
 * Serves the settings page below `/settings/service-account-tokens`, each account's own page included. The document
 * carries the configuration and is never used without asking again; scripts and styles are named by their content and
 * kept for good. Throws when the page is not built.
 */
export async function settingsPage(app: FastifyInstance, options: SettingsPageOptions): Promise<void> {
  const document = renderDocument(options);
  const etag = `"${createHash('sha256').update(document).digest('base64url').slice(0, 27)}"`;
  const policy = contentSecurityPolicy(options);
  const send = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({ 'content-security-policy': policy, 'cache-control': 'no-cache', etag });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(document);
  };
  app.get(address, hidden, send);
  app.get(`${address}/:id`, hidden, send);
  app.get(`${address}/`, hidden, async (_request, reply) => reply.redirect(pathOf(options.publicUrl), 308));
  await app.register(fastifyStatic, {
    root: join(options.folder, 'assets'),
    prefix: `${address}/assets/`,
    decorateReply: false,
    index: false,
    redirect: false,
    maxAge: '1y',
    immutable: true,
    preCompressed: true,
    schemaHide: true,
  });
}

const pathOf = (publicUrl: string): string => `${new URL(publicUrl).pathname.replace(/\/+$/, '')}${address}`;

/** The built document, with addresses that hold on every page below it, and with the configuration. */
function renderDocument({ folder, publicUrl, issuer, tenantApiUrl }: SettingsPageOptions): string {
  const built = readFileSync(join(folder, 'index.html'), 'utf8');
  const configuration = { issuer, clientId: names.frontendClient, publicUrl, tenantApiUrl };
  const meta = `<meta name="settings-page" content="${escapeAttribute(JSON.stringify(configuration))}" />`;
  // People sign in at Keycloak before they see anything, and so a browser gets the connection ready while it loads scripts.
  const preconnect = `<link rel="preconnect" href="${new URL(issuer).origin}" crossorigin />`;
  return built
    .replaceAll('"./assets/', `"${pathOf(publicUrl)}/assets/`)
    .replace('</head>', `  ${preconnect}\n    ${meta}\n  </head>`);
}

const escapeAttribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** Nothing but the page's own files runs or styles it, and it speaks to the service and to Keycloak alone. */
function contentSecurityPolicy({ publicUrl, issuer }: SettingsPageOptions): string {
  const self = "'self'";
  const connect = [self, new URL(publicUrl).origin, new URL(issuer).origin].join(' ');
  const directives = {
    'default-src': "'none'",
    'script-src': self,
    'style-src': self,
    'img-src': self,
    'connect-src': connect,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    'require-trusted-types-for': "'script'",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}
