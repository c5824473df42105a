import { writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { buildApp } from '../app.ts';
import { loadConfig } from '../config.ts';

const target = new URL('../../openapi/openapi.json', import.meta.url);

/** No host: a client that was made from the file must not send a secret to one that nobody named. */
const issuer = 'https://keycloak.invalid/realms/orki';

/**
 * The OpenAPI document of a service with default settings, as text that is the same on every machine. A running service
 * names its own Keycloak in it.
 */
export async function openApiDocument(): Promise<string> {
  const config = loadConfig({ KEYCLOAK_CLIENT_SECRET: 'unused' });
  const unused = () => {
    throw new Error('the document is made without Keycloak');
  };
  const app = await buildApp({
    connectGateway: unused,
    verifyToken: unused,
    checkReadiness: unused,
    logger: pino({ level: 'silent' }),
    publicUrl: config.publicUrl,
    issuer,
    maxAccountsPerTenant: config.maxAccountsPerTenant,
    auditLog: unused,
    trustedProxies: config.trustedProxies,
    rateLimits: config.rateLimits,
    corsOrigins: config.corsOrigins,
    showDocumentation: config.showDocumentation,
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}

if (import.meta.main) await writeFile(target, await openApiDocument());
