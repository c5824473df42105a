import { searchableAttributes } from '../../src/names.ts';

/** The one place that says which Keycloak is used and how it is started; `up` and the live tests both read it. */
export const version = '26.7.4';
export const image = `quay.io/keycloak/keycloak:${version}`;
export const mavenArtifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
export const oldestJava = 17;

/** The databases that the distribution is built for: one of Keycloak's own in a file or in memory, or PostgreSQL. */
export type Database = 'dev-file' | 'postgres';

/** Where Keycloak tells of its health: on the port that serves everything, or on the management port (9000). */
export type HealthPort = 'main' | 'management';

/** Fixed by `kc.sh build`: one unpacked distribution then serves any number of instances and is never written to. */
export const buildOptions = (database: Database = 'dev-file', health: HealthPort = 'main'): string[] => [
  `--db=${database}`,
  '--health-enabled=true',
  // On the main port there is no second one over which two instances would meet.
  `--http-management-health-enabled=${health === 'management'}`,
  // A second secret for a time, and secrets that expire: a preview in 26.7.
  '--features=client-secret-rotation',
  // Of several nodes, by which an operator sees that they lost each other.
  ...(health === 'management' ? ['--metrics-enabled=true'] : []),
];

/** Free for each start. Without `hostname` the issuer is whatever address the caller used. */
export function startOptions(options: {
  host: string;
  port: number;
  hostname?: string;
  /** Alone unless given: Keycloak would open a port for other nodes on every interface. */
  cache?: 'local' | 'ispn';
}): string[] {
  return [
    `--cache=${options.cache ?? 'local'}`,
    '--http-enabled=true',
    `--http-host=${options.host}`,
    `--http-port=${options.port}`,
    options.hostname ? `--hostname=${options.hostname}` : '--hostname-strict=false',
    // Readiness is polled, and each answer of "not yet" would be a line of the log.
    '--log-level=info,io.smallrye.health:off',
    // What the service searches for with `q=`; Keycloak refuses any other attribute.
    `--spi-client--jpa--searchable-attributes=${searchableAttributes.join(',')}`,
  ];
}

/** The first administrator, made when the database is empty. */
export function bootstrapAdministrator(username: string, password: string): Record<string, string> {
  return { KC_BOOTSTRAP_ADMIN_USERNAME: username, KC_BOOTSTRAP_ADMIN_PASSWORD: password };
}

/** Has Keycloak write the time of each log line as the service does: RFC 3339, in UTC. */
export const logTimes = {
  KC_LOG_CONSOLE_FORMAT: "%z{UTC}%d{yyyy-MM-dd'T'HH:mm:ss.SSSX} %-5p [%c] (%t) %s%e%n",
};
