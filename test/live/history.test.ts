import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientAttributes } from '../../src/names.ts';
import { type LiveService, liveService } from '../support/live-service.ts';

let live: LiveService;
let accounts: ReturnType<LiveService['clientOf']>;
beforeAll(async () => {
  live = await liveService('history');
  accounts = live.clientOf();
});
afterAll(() => live[Symbol.asyncDispose]());

const actionsOf = async (id: string) => (await accounts.history(id)).changes.map(({ action }) => action);

it('the history of an account outlives edits in the console, of the account and of the history itself', async () => {
  const { id } = await accounts.create({ username: 'Edited in the console', mode: 'agent' });
  await accounts.regenerateSecret(id, { overlapSeconds: 600 });
  await accounts.endPreviousSecret(id);
  await accounts.edit(id, { username: 'Renamed', mode: 'custom', permissions: ['ai:use'] });
  await accounts.deactivate(id);
  const all = ['deactivate', 'edit', 'end-previous-secret', 'regenerate-secret', 'create'];
  expect(await actionsOf(id)).toEqual(all);

  // As the console does: all of the client, as it was read.
  const put = async (change: object) => {
    const { body: stored } = await live.realm.admin('GET', `/clients/${id}`);
    const attributes = { ...stored.attributes, ...change };
    expect((await live.realm.admin('PUT', `/clients/${id}`, { ...stored, attributes })).status).toBe(204);
  };
  await put({ 'something.else': 'x' });
  await live.realm.provision();
  expect(await actionsOf(id)).toEqual(all);
  await put({ [clientAttributes.history]: 'spoilt' });
  expect(await actionsOf(id)).toEqual([]);
  await accounts.activate(id);
  expect(await actionsOf(id)).toEqual(['activate']);
});

it('an account that has none yet is what it was, and its history begins with its next change', async () => {
  const made = await accounts.create({ username: 'Made before', mode: 'agent' });
  await live.realm.admin('PUT', `/clients/${made.id}`, { attributes: { [clientAttributes.history]: '' } });
  expect(await actionsOf(made.id)).toEqual([]);
  expect(await accounts.get(made.id)).toMatchObject({ version: made.version });
  await accounts.edit(made.id, { description: 'edited' });
  expect(await actionsOf(made.id)).toEqual(['edit']);
});
