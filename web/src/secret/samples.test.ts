import { describe, expect, it } from 'vitest';
import { samples } from './samples.ts';

const credentials = {
  clientId: 'orki-sa-1',
  clientSecret: 'orki_sa_secret',
  tokenUrl: 'https://auth.orki.ai/realms/orki/protocol/openid-connect/token',
  username: 'HubSpot CRM sync',
};
const write = (name: string, username = credentials.username) =>
  samples.find((sample) => sample.name === name)?.write({ ...credentials, username }) ?? '';

describe('a sample', () => {
  it.each(samples.map(({ name }) => name))('as %s holds the three values', (name) => {
    for (const value of ['orki-sa-1', 'orki_sa_secret', credentials.tokenUrl])
      expect(write(name)).toContain(value);
  });

  it("as curl is the product page's", () => {
    expect(write('curl').replaceAll(/ \\\n\s+/g, ' ')).toBe(
      `curl -X POST "${credentials.tokenUrl}" -H "Content-Type: application/x-www-form-urlencoded" -d "grant_type=client_credentials" -d "client_id=orki-sa-1" -d "client_secret=orki_sa_secret"`,
    );
  });

  it.each([
    ['HubSpot CRM sync', 'orki-hubspot-crm-sync'],
    ['--a__b..c', 'orki-a-b-c'],
    ['مزامنة', 'orki-credentials'],
  ])('for Kubernetes names the object of %s as it may be named', (username, name) => {
    expect(write('kubernetes', username)).toContain(`\n  name: ${name}\n`);
  });
});
