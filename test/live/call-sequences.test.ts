import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectKeycloak } from '../../src/keycloak/connect.ts';
import { clientAttributes, names } from '../../src/names.ts';
import { type SwitchDependencies, switchTenantOff, switchTenantOn } from '../../src/tenants/switch-tenant.ts';
import { callRecorder, deviations } from '../support/call-sequences.ts';
import { documentedSequences } from '../support/how-it-works.ts';
import { type LiveRealm, liveRealm } from '../support/live-realm.ts';
import { type RequestOptions, startService } from '../support/live-service.ts';

let realm: LiveRealm;
beforeAll(async () => {
  realm = await liveRealm('call-sequences');
});

type Replica = Awaited<ReturnType<typeof startReplica>>;

/** A replica that has made and changed an account, so that it knows what it has to look up once. */
async function startReplica() {
  const { observe, record } = callRecorder();
  const service = await startService(realm, { observeKeycloak: observe });
  async function carryOut(options: RequestOptions) {
    const answer = await service.request(options);
    if (answer.status >= 300) throw new Error(`${options.method} ${options.path}: ${answer.text}`);
    return answer;
  }
  const replica = {
    record,
    async create(username: string = randomUUID(), idempotencyKey?: string): Promise<string> {
      const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
      const answer = await carryOut({ method: 'POST', body: { username, mode: 'agent' }, headers });
      return `/acme/service-accounts/${answer.body.id}`;
    },
    read: (path: string) => carryOut({ path }),
    edit: (path: string, body: object) => carryOut({ method: 'PATCH', path, body }),
    act: (path: string, action: string) => carryOut({ method: 'POST', path: `${path}/${action}` }),
    rotate: (path: string) =>
      carryOut({ method: 'POST', path: `${path}/regenerate-secret`, body: { overlapSeconds: 600 } }),
    revokeAlong: (path: string, action: string) =>
      carryOut({ method: 'POST', path: `${path}/${action}`, body: { revokeTokens: true } }),
    setKeys: (path: string) => carryOut({ method: 'PUT', path: `${path}/keys`, body: { keys: [publicKey] } }),
    endOverlap: (path: string) => carryOut({ method: 'DELETE', path: `${path}/previous-secret` }),
    remove: (path: string) => carryOut({ method: 'DELETE', path }),
    /** An account that this replica has changed before. */
    async createAndEdit(): Promise<string> {
      const path = await replica.create();
      await replica.edit(path, { description: 'known' });
      return path;
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
  await replica.createAndEdit();
  return replica;
}

/** Of RFC 8037, appendix A. */
const publicKey = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };

type Run = () => Promise<unknown>;

/** By their names in docs/how-it-works.md: prepares an operation and returns what carries it out. */
const operations: Readonly<Record<string, (replica: Replica) => Promise<Run>>> = {
  Create: async (replica) => () => replica.create(),
  'Create with an Idempotency-Key': async (replica) => () => replica.create('keyed', randomUUID()),
  async 'Repeat a creation'(replica) {
    const again = () => replica.create('repeated', 'repeated');
    await again();
    return again;
  },
  async 'Finish a creation that broke off'(replica) {
    const again = () => replica.create('broken off', 'broken-off');
    const path = await again();
    const attributes = { [clientAttributes.unfinishedSince]: new Date().toISOString() };
    const { status } = await realm.admin('PUT', `/clients/${path.split('/').at(-1)}`, { attributes });
    expect(status).toBe(204);
    return again;
  },
  async 'Edit a description'(replica) {
    const path = await replica.createAndEdit();
    return () => replica.edit(path, { description: 'new' });
  },
  async 'Edit an account that the replica has not changed before'(replica) {
    await using other = await startReplica();
    const path = await other.create();
    return () => replica.edit(path, { description: 'new' });
  },
  async Rename(replica) {
    const path = await replica.createAndEdit();
    return () => replica.edit(path, { username: 'renamed' });
  },
  async 'Change to a mode with more rights'(replica) {
    const path = await replica.createAndEdit();
    return () => replica.edit(path, { mode: 'admin' });
  },
  async 'Change to a mode with fewer rights'(replica) {
    const path = await replica.createAndEdit();
    await replica.edit(path, { mode: 'admin' });
    return () => replica.edit(path, { mode: 'agent' });
  },
  async 'Regenerate the secret'(replica) {
    const path = await replica.createAndEdit();
    return () => replica.act(path, 'regenerate-secret');
  },
  async 'Regenerate the secret with an overlap'(replica) {
    const path = await replica.createAndEdit();
    // So that the replica knows that Keycloak can.
    await replica.rotate(path);
    return () => replica.rotate(path);
  },
  async 'Replace the keys'(replica) {
    const path = await replica.createAndEdit();
    return () => replica.setKeys(path);
  },
  async 'End the overlap'(replica) {
    const path = await replica.createAndEdit();
    await replica.rotate(path);
    return () => replica.endOverlap(path);
  },
  async Activate(replica) {
    const path = await replica.createAndEdit();
    await replica.act(path, 'deactivate');
    return () => replica.act(path, 'activate');
  },
  async Deactivate(replica) {
    const path = await replica.createAndEdit();
    return () => replica.act(path, 'deactivate');
  },
  async "Revoke the account's tokens"(replica) {
    const path = await replica.createAndEdit();
    return () => replica.act(path, 'revoke-tokens');
  },
  async 'Deactivate and revoke tokens'(replica) {
    const path = await replica.createAndEdit();
    return () => replica.revokeAlong(path, 'deactivate');
  },
  async 'Regenerate the secret and revoke tokens'(replica) {
    const path = await replica.createAndEdit();
    return () => replica.revokeAlong(path, 'regenerate-secret');
  },
  async Delete(replica) {
    const path = await replica.createAndEdit();
    return () => replica.remove(path);
  },
  async Get(replica) {
    const path = await replica.create();
    return () => replica.read(path);
  },
  async History(replica) {
    const path = await replica.create();
    return () => replica.read(`${path}/history`);
  },
  'List revocations': async (replica) => () => replica.read('/acme/revocations'),
  List: async (replica) => () => replica.read('/acme/service-accounts'),
};

const sequenceOf = (name: string) => documentedSequences.get(name)?.sequence ?? [];

describe('docs/how-it-works.md lists the calls to Keycloak, in their order, of', () => {
  it.each(Object.keys(operations))('%s', async (name) => {
    await using replica = await startReplica();
    const run = await operations[name]?.(replica);
    const calls = await replica.record(async () => run?.());
    expect(calls).not.toEqual([]);
    expect(deviations(sequenceOf(name), calls)).toEqual([]);
  });

  it('switching a tenant with one account', async () => {
    const { observe, record } = callRecorder();
    const { url: internalUrl, issuer, name, secret } = realm;
    const own = { clientId: names.serviceClient, credential: { secret }, callTimeoutMs: 10_000 };
    const keycloak = connectKeycloak({ ...own, internalUrl, issuer, realm: name }, () => undefined, observe);
    await using service = await startService(realm);
    const body = { username: 'switched', mode: 'agent' };
    const path = '/globex/service-accounts';
    const made = await service.request({ as: 'globexAdmin', method: 'POST', path, body });
    expect(made.status).toBe(201);
    const dependencies: SwitchDependencies = {
      tenantId: 'globex',
      connect: () => keycloak.connectGateway({ signal: AbortSignal.timeout(20_000) }),
      by: { subject: 'operator', username: 'Olga' },
      settle: async () => undefined,
      isListCurrent: true,
      onSwitched: () => undefined,
    };
    // So that the command has found Keycloak's clients and has a role to lock with.
    await switchTenantOff(dependencies);
    await switchTenantOn(dependencies);
    const off = await record(() => switchTenantOff(dependencies));
    const on = await record(() => switchTenantOn(dependencies));
    await keycloak.close();
    expect(deviations(sequenceOf('Switch a tenant off'), off)).toEqual([]);
    expect(deviations(sequenceOf('Switch a tenant on'), on)).toEqual([]);
  });

  it('nothing else', () => {
    const recorded = [...Object.keys(operations), 'Switch a tenant off', 'Switch a tenant on'];
    expect([...documentedSequences.keys()].sort()).toEqual(recorded.sort());
  });
});
