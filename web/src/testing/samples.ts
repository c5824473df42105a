import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';

/** A catalogue of three groups, of which an agent holds the first permission of two. */
export function catalogueFor(holds: (name: string) => boolean = () => true): PermissionCatalogue {
  const permission = (name: string, label: string, includedIn: ('admin' | 'agent')[] = ['admin']) => ({
    name,
    label,
    description: `${label}, described.`,
    includedIn,
    grantable: holds(name),
  });
  return {
    groups: [
      {
        name: 'customers',
        label: 'Customers',
        permissions: [
          permission('customers:read', 'View customers', ['admin', 'agent']),
          permission('customers:write', 'Edit customers'),
        ],
      },
      {
        name: 'ai',
        label: 'AI',
        permissions: [
          permission('ai:use', 'Use AI features', ['admin', 'agent']),
          permission('ai:configure', 'Configure AI'),
        ],
      },
      { name: 'team', label: 'Team', permissions: [permission('team:read', 'View team')] },
      {
        name: 'service-accounts',
        label: 'Service accounts',
        permissions: [permission('service-accounts:write', 'Manage service accounts')],
      },
    ],
    modes: [
      { name: 'admin', grantable: holds('mode-admin') },
      { name: 'agent', grantable: holds('mode-agent') },
      { name: 'custom', grantable: true },
    ],
    maxSecretLifetimeDays: null,
  };
}

export const account: ServiceAccount = {
  id: '0b5d0e8c-6f0e-4a0b-8f6e-0d2b1f0a9c11',
  clientId: 'orki-sa-1',
  username: 'crm-sync',
  description: 'Copies customers',
  mode: 'custom',
  permissions: ['customers:read'],
  status: 'active',
  credentials: { type: 'secret', keys: [] },
  secretHint: 'aB3d',
  secretCreatedAt: '2026-11-01T10:00:00Z',
  secretExpiresAt: null,
  secretExpired: false,
  previousSecret: null,
  tokensRevokedBefore: null,
  createdAt: '2026-11-01T10:00:00Z',
  createdBy: { subject: 's', username: 'ada@acme.test' },
  updatedAt: '2026-11-01T10:00:00Z',
  updatedBy: { subject: 's', username: 'ada@acme.test' },
  version: 'one',
};
