import { names } from '../../src/names.ts';

/** The clients that only hold roles: what the service needs of them is readable to it, and nobody signs in as one. */
export const roleHolders: string[] = [
  names.apiClient,
  names.tenantsClient,
  names.usernamesClient,
  names.locksClient,
];

/** Every client that the service sees besides accounts. */
export const seenByService: string[] = [...roleHolders, names.rotationProbeClient];
