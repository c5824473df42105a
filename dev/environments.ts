import { loadConfig } from '../src/config.ts';
import { readSettings } from '../src/keycloak/provisioning/settings.ts';
import { Problem } from './problem.ts';
import { addressesOf, administrator, type Ports, realm } from './settings.ts';

export interface Environments {
  readonly provisioning: NodeJS.ProcessEnv;
  readonly service: NodeJS.ProcessEnv;
  readonly tenantApi: NodeJS.ProcessEnv;
}

/**
 * The environment of each process that `npm run up` starts: the person's own, such as LOG_LEVEL and CORS_ORIGINS, with
 * what this machine's system needs on top. A Problem names every setting that would be refused, before anything starts.
 */
export function environmentsOf(ports: Ports, clientSecret: string, env = process.env): Environments {
  const { keycloak, service, tenantApi } = addressesOf(ports);
  // Without what was exported for another Keycloak: the launcher's own settings have to win whole.
  const inherited = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('KEYCLOAK')));
  const shared = {
    ...inherited,
    HOST: '127.0.0.1',
    KEYCLOAK_URL: keycloak,
    KEYCLOAK_REALM: realm,
    KEYCLOAK_CLIENT_SECRET: clientSecret,
  };
  const environments = {
    provisioning: {
      ...shared,
      KEYCLOAK_ADMIN_USERNAME: administrator.username,
      KEYCLOAK_ADMIN_PASSWORD: administrator.password,
      FRONTEND_REDIRECT_URIS: [`${service}/*`, env.FRONTEND_REDIRECT_URIS].filter(Boolean).join(','),
    },
    service: { ...shared, PORT: String(ports.service), PUBLIC_URL: service, TENANT_API_URL: tenantApi },
    tenantApi: {
      ...inherited,
      HOST: '127.0.0.1',
      PORT: String(ports.tenantApi),
      ISSUER: `${keycloak}/realms/${realm}`,
    },
  };
  refuseBadSettings(environments);
  return environments;
}

function refuseBadSettings({ service, provisioning }: Environments): void {
  for (const read of [() => loadConfig(service), () => readSettings(provisioning)]) {
    try {
      read();
    } catch (error) {
      throw new Problem((error as Error).message);
    }
  }
}
