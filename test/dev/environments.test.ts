import { describe, expect, test } from 'vitest';
import { environmentsOf } from '../../dev/environments.ts';
import { Problem } from '../../dev/problem.ts';
import { readPorts } from '../../dev/settings.ts';

const environments = (env: Record<string, string> = {}) =>
  environmentsOf(readPorts({}), 'a-secret-of-this-checkout', env);

describe('what npm run up starts', () => {
  test('takes the settings of the person, beside its own', () => {
    const { service, provisioning } = environments({
      LOG_LEVEL: 'debug',
      CORS_ORIGINS: 'http://localhost:5173',
      FRONTEND_REDIRECT_URIS: 'http://localhost:5173/*,http://localhost:3100/*',
    });
    expect(service).toMatchObject({ LOG_LEVEL: 'debug', CORS_ORIGINS: 'http://localhost:5173' });
    expect(provisioning.FRONTEND_REDIRECT_URIS).toBe(
      'http://127.0.0.1:3000/*,http://localhost:5173/*,http://localhost:3100/*',
    );
  });

  test('does not meet a Keycloak that somebody has exported the settings of', () => {
    const others = {
      KEYCLOAK_URL: 'https://auth.orki.ai',
      KEYCLOAK_ADMIN_CLIENT_ID: 'operator',
      KEYCLOAK: 'container',
    };
    for (const env of Object.values(environments(others))) {
      const values = Object.entries(env)
        .filter(([name]) => name.startsWith('KEYCLOAK'))
        .map(([, value]) => value);
      for (const value of Object.values(others)) expect(values).not.toContain(value);
    }
  });

  test.each([
    ['LOG_LEVEL', 'loud'],
    ['SWEEP_INTERVAL_MINUTES', 'often'],
    ['CORS_ORIGINS', 'localhost:5173'],
    ['FRONTEND_REDIRECT_URIS', '*'],
  ])('refuses %s=%s before anything starts, with the name of the setting', (name, value) => {
    expect(() => environments({ [name]: value })).toThrow(Problem);
    expect(() => environments({ [name]: value })).toThrow(name);
  });
});
