import { Problem } from './problem.ts';

export const realm = 'orki';
/** Of the demo's Keycloak, which nothing but this machine can reach. */
export const administrator = { username: 'admin', password: 'admin' };

export interface Ports {
  service: number;
  keycloak: number;
  tenantApi: number;
}

export interface Addresses {
  service: string;
  keycloak: string;
  tenantApi: string;
}

/** Each port, the variable that moves it, and where it is unless moved. */
export const portSettings = [
  { of: 'service', variable: 'PORT', usual: 3000 },
  { of: 'keycloak', variable: 'KEYCLOAK_PORT', usual: 8080 },
  { of: 'tenantApi', variable: 'TENANT_API_PORT', usual: 3001 },
] as const satisfies { of: keyof Ports; variable: string; usual: number }[];

/** The ports that the environment asks for; a Problem when one is no port or two are the same. */
export function readPorts(env: NodeJS.ProcessEnv, usual: Partial<Ports> = {}): Ports {
  const ports = Object.fromEntries(
    portSettings.map(({ of, variable, usual: builtIn }) => {
      const text = env[variable];
      if (!text) return [of, usual[of] ?? builtIn];
      const port = Number(text);
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw new Problem(`${variable} has to be a port, 1 to 65535, and is "${text}".`);
      }
      return [of, port];
    }),
  ) as unknown as Ports;
  if (new Set(Object.values(ports)).size < portSettings.length) {
    const list = portSettings.map(({ of, variable }) => `${variable}=${ports[of]}`).join(', ');
    throw new Problem(`Each needs a port of its own: ${list}.`);
  }
  return ports;
}

export function addressesOf(ports: Ports): Addresses {
  return {
    service: `http://127.0.0.1:${ports.service}`,
    keycloak: `http://127.0.0.1:${ports.keycloak}`,
    tenantApi: `http://127.0.0.1:${ports.tenantApi}`,
  };
}
