import { describe, expect, it } from 'vitest';
import { account, catalogueFor } from '../testing/samples.ts';
import { changesOf, creationOf, draftFrom, draftOf, emptyDraft, isSameDraft } from './draft.ts';

describe('what creates an account', () => {
  it('leaves out what was left empty, and permissions that were chosen before another mode', () => {
    const draft = {
      ...emptyDraft,
      username: ' crm ',
      description: '  ',
      mode: 'agent',
      permissions: new Set(['a']),
    } as const;
    expect(creationOf(draft)).toEqual({ username: 'crm', mode: 'agent' });
    expect(creationOf({ ...draft, mode: 'custom', description: ' For the CRM ' })).toEqual({
      username: 'crm',
      description: 'For the CRM',
      mode: 'custom',
      permissions: ['a'],
    });
  });
});

describe('what edits an account', () => {
  const draft = draftOf(account);

  it('is nothing when nothing was changed', () => {
    expect(changesOf(draft, account)).toEqual({});
    expect(isSameDraft(draft, draftOf(account))).toBe(true);
  });

  it('is what was changed, and null for a description that was cleared', () => {
    expect(changesOf({ ...draft, username: 'other', description: '' }, account)).toEqual({
      username: 'other',
      description: null,
    });
  });

  it('sends permissions on entering mode custom, and none on leaving it', () => {
    expect(changesOf({ ...draft, mode: 'agent' }, account)).toEqual({ mode: 'agent' });
    const agent = { ...account, mode: 'agent', permissions: ['customers:read', 'ai:use'] } as const;
    const custom = {
      ...draftOf({ ...agent, permissions: [...agent.permissions] }),
      mode: 'custom',
      permissions: new Set(['ai:use']),
    } as const;
    expect(changesOf(custom, { ...agent, permissions: [...agent.permissions] })).toEqual({
      mode: 'custom',
      permissions: ['ai:use'],
    });
  });

  it('knows the same permissions in another order', () => {
    const two = { ...account, permissions: ['a', 'b'] };
    expect(changesOf({ ...draftOf(two), permissions: new Set(['b', 'a']) }, two)).toEqual({});
  });
});

describe('a draft from a link', () => {
  const prefill = {
    username: 'z',
    description: '',
    mode: 'custom',
    permissions: ['customers:read', 'ai:use', 'no:such'],
  } as const;

  it('holds what can be granted, and says what can not', () => {
    const { draft, unknown, notGrantable } = draftFrom(
      prefill,
      catalogueFor((name) => name !== 'ai:use'),
    );
    expect([...draft.permissions]).toEqual(['customers:read']);
    expect(unknown).toEqual(['no:such']);
    expect(notGrantable).toEqual(['ai:use']);
  });

  it('has no mode that the person can not grant', () => {
    const { draft } = draftFrom(
      { ...prefill, mode: 'admin' },
      catalogueFor((name) => name !== 'mode-admin'),
    );
    expect(draft.mode).toBeUndefined();
  });
});
