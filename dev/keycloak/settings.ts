import { clientAttributes } from '../../src/names.ts';

/** The one place that says which Keycloak is used and how it is started; `up` and the live tests both read it. */
export const version = '26.7.4';
export const image = `quay.io/keycloak/keycloak:${version}`;
export const mavenArtifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
export const oldestJava = 17;

/** The databases that the distribution is built for: one of Keycloak's own in a file or in memory, or PostgreSQL. */
export type Database = 'dev-file' | 'postgres';

/** Fixed by `kc.sh build`: one unpacked distribution then serves any number of instances and is never written to. */
export const buildOptions = (database: Database = 'dev-file'): string[] => [
  `--db=${database}`,
  '--health-enabled=true',
  // Health on the main port: no second port (9000) over which two instances would meet.
  '--http-management-health-enabled=false',
  // A second secret for a time, and secrets that end: a preview in 26.7.
  '--features=client-secret-rotation',
];

/** Free for each start. Without `hostname` the issuer is whatever address the caller used. */
export function startOptions(options: { host: string; port: number; hostname?: string }): string[] {
  return [
    // Otherwise Keycloak opens a cluster port on every interface.
    '--cache=local',
    '--http-enabled=true',
    `--http-host=${options.host}`,
    `--http-port=${options.port}`,
    options.hostname ? `--hostname=${options.hostname}` : '--hostname-strict=false',
    // Readiness is polled, and each answer of "not yet" would be a line of the log.
    '--log-level=info,io.smallrye.health:off',
    // What the service searches for with `q=`; Keycloak refuses any other attribute.
    `--spi-client--jpa--searchable-attributes=${clientAttributes.tenant}`,
  ];
}

/** The first administrator, made when the database is empty. */
export function bootstrapAdministrator(username: string, password: string): Record<string, string> {
  return { KC_BOOTSTRAP_ADMIN_USERNAME: username, KC_BOOTSTRAP_ADMIN_PASSWORD: password };
}
