import { describe, expect, it } from 'vitest';
import { grantOf, rolesOf } from '../src/permissions/roles.ts';
import { shippedCatalogue } from './support/catalogue.ts';

const agent = [...shippedCatalogue.included.agent];
const grant = (...roles: string[]) => grantOf(roles, shippedCatalogue);

describe('the grant that mapped roles amount to', () => {
  it.each(['admin', 'agent'] as const)('is mode %s by its role', (mode) => {
    expect(grant(...rolesOf({ mode, permissions: [] }))).toEqual({ mode, permissions: [] });
  });

  it('is that mode still while a change to it has left roles that add nothing', () => {
    expect(grant('mode-agent', 'mode-admin').mode).toBe('admin');
    expect(grant('webhooks:write', 'mode-admin').mode).toBe('admin');
    expect(grant('customers:read', 'mode-agent').mode).toBe('agent');
  });

  it('is custom, with all that the roles give, where one goes beyond the mode or no mode is mapped', () => {
    const more = grant('webhooks:read', 'mode-agent');
    expect(more.mode).toBe('custom');
    expect(more.permissions.toSorted()).toEqual([...agent, 'webhooks:read'].sort());
    expect(grant(...agent)).toMatchObject({ mode: 'custom' });
    expect(grant('service-accounts:rotate-own', 'mode-admin')).toMatchObject({ mode: 'custom' });
    expect(grant('a role of somebody else', 'mode-admin')).toMatchObject({ mode: 'custom' });
    expect(grant()).toEqual({ mode: 'custom', permissions: [] });
  });
});
