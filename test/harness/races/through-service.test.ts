import { describe, expect, it } from 'vitest';
import type { Write } from '../account-model.ts';
import type { Replica } from '../replica.ts';
import { replicaFor } from './through-service.ts';

describe('replicas of two versions', () => {
  const present = { knows: () => true } as unknown as Replica;
  const older = { knows: ({ kind }: Write) => kind !== 'overlap' } as unknown as Replica;
  const replicas = [present, older];

  it('take turns at what both know', () => {
    const turns = [0, 1, 2, 3].map((entry) => replicaFor(replicas, entry, { kind: 'delete' }));
    expect(turns).toEqual([present, older, present, older]);
  });

  it('leave to the present one what the older one does not know', () => {
    const turns = [0, 1, 2, 3].map((entry) => replicaFor(replicas, entry, { kind: 'overlap' }));
    expect(new Set(turns)).toEqual(new Set([present]));
  });
});
