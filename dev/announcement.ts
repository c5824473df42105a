import type { Addresses } from './settings.ts';

/** What a person needs next, as the last lines after `npm run up`: addresses, who can sign in, and what else there is. */
export function announcement({ keycloak, service, tenantApi }: Addresses, isDetached: boolean): string {
  const rows = [
    ['Settings page', `${service}/settings/service-account-tokens`],
    ['API documentation', `${service}/swagger`],
    ['Service', service],
    ['Keycloak console', `${keycloak}/admin`, 'admin / admin'],
    ['Example tenant API', `${tenantApi}/swagger`],
    ['Logs and data', '.local'],
  ] as const;
  const lines = rows.map(([what, where, more = '']) =>
    `  ${what.padEnd(20)}${where.padEnd(32)}${more}`.trimEnd(),
  );
  return [
    '\nReady.',
    ...lines,
    '\nSign in with the password demo, as admin@acme.test, agent@acme.test, viewer@acme.test or admin@globex.test.',
    "\n  npm run demo             goes through an account's life; npm run up -- --walk prints its commands",
    isDetached
      ? '  npm run down             stops everything'
      : '  Ctrl-C                   stops everything (in another terminal: npm run down)',
  ].join('\n');
}
