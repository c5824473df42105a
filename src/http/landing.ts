import type { FastifyInstance, FastifyRequest } from 'fastify';
import { routeNotFound } from './problem-details.ts';

const settingsPage = '/settings/service-account-tokens';
const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * What a person finds who opens the service's bare address in a browser: the settings page, or links where that is not
 * served. Programs get a 404. To be registered after the pages that it leads to.
 *
 * Also leads a browser from http://localhost to http://127.0.0.1, or the other way round, where the service is configured
 * under the other name: Keycloak lets people sign in from the configured address alone.
 */
export function landing(app: FastifyInstance, publicUrl: string): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!wantsPage(request)) return;
    const configured = configuredAddress(request, publicUrl);
    if (configured !== undefined) return reply.redirect(`${configured}${request.url}`);
  });

  const path = new URL(publicUrl).pathname.replace(/\/+$/, '');
  const has = (url: string) => app.hasRoute({ method: 'GET', url });
  const [hasPage, hasSwagger] = [has(settingsPage), has('/swagger')];
  app.get('/', { schema: { hide: true } }, (request, reply) => {
    reply.header('vary', 'accept');
    if (!wantsPage(request)) throw routeNotFound(request);
    if (hasPage) return reply.redirect(`${path}${settingsPage}`);
    return reply.type('text/html; charset=utf-8').send(links(path, hasSwagger));
  });
}

/** Browsers name HTML when they open a page; programs and scripts of pages don't. */
const wantsPage = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html');

/** The origin to go to, where a browser on this machine called it by another name than the configured one. */
function configuredAddress({ host, hostname, port }: FastifyRequest, publicUrl: string): string | undefined {
  const configured = new URL(publicUrl);
  const isThisMachine = loopback.has(configured.hostname) && loopback.has(hostname);
  // On another port there is a proxy, which may put any name into the request.
  const isSamePort = `${port ?? 80}` === (configured.port || '80');
  return isThisMachine && isSamePort && host !== configured.host ? configured.origin : undefined;
}

function links(path: string, hasSwagger: boolean): string {
  const targets = [
    ...(hasSwagger
      ? [
          ['swagger', 'API documentation, with a button to sign in'],
          ['swagger/json', 'OpenAPI document'],
        ]
      : []),
    ['readyz', 'Whether the service can do its work'],
  ];
  const items = targets.map(([target, text]) => `<li><a href="${path}/${target}">${text}</a></li>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Orki service accounts</title>
<h1>Orki service accounts</h1>
<p>This is the service behind Settings &gt; Service Account Tokens.</p>
<ul>${items.join('')}</ul>
</html>
`;
}
