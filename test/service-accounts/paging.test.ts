import { describe, expect, it } from 'vitest';
import { createClientId } from '../../src/service-accounts/client-id.ts';
import { newAccount } from '../support/in-memory-keycloak.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

/** A small generator (mulberry32), so that a failing run can be repeated by its seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A tenant whose accounts come and go at random. New ones come in front, as with real clientIds. */
class Crowd {
  readonly #service: TestApp;
  readonly #random: (below: number) => number;
  #made = 0;
  readonly everDeleted = new Set<string>();

  constructor(service: TestApp, random: (below: number) => number) {
    this.#service = service;
    this.#random = random;
  }

  ids(): string[] {
    const { clients } = this.#service.keycloak;
    return [...clients.values()]
      .filter(({ account }) => account.tenantId === 'acme')
      .map(({ account }) => account.id);
  }

  async add(count: number): Promise<void> {
    const gateway = this.#service.keycloak.connect({ signal: AbortSignal.timeout(1_000) });
    for (let index = 0; index < count; index += 1) {
      this.#made += 1;
      const clientId = createClientId(this.#made);
      const tenantId = this.#random(5) === 0 ? 'globex' : 'acme';
      const mode = this.#random(3) === 0 ? 'admin' : 'agent';
      const account = newAccount({ clientId, tenantId, mode });
      await gateway.createClient(account);
      await gateway.finishAccount(account.id);
    }
  }

  remove(count: number): void {
    for (let index = 0; index < count; index += 1) {
      const ids = this.ids();
      const id = ids[this.#random(Math.max(1, ids.length))];
      if (id === undefined) return;
      this.#service.keycloak.clients.delete(id);
      this.everDeleted.add(id);
    }
  }

  /** Some changes, none most of the time. */
  async change(): Promise<void> {
    if (this.#random(2) === 0) await this.add(this.#random(6));
    if (this.#random(2) === 0) this.remove(this.#random(8));
  }
}

async function allPages(service: TestApp, query: string, between: () => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { status, body } = await service.request({ path: `/acme/service-accounts?${query}${from}` });
    expect(status).toBe(200);
    seen.push(...body.items.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor;
    if (cursor !== null) await between();
  }
  return seen;
}

/** Every account that was there from the first page to the last, exactly once; none twice; none of others. */
function expectOnceEach(
  seen: readonly string[],
  survivors: readonly string[],
  everThere: ReadonlySet<string>,
) {
  expect(new Set(seen).size).toBe(seen.length);
  expect(survivors.filter((id) => !seen.includes(id))).toEqual([]);
  expect(seen.filter((id) => !everThere.has(id))).toEqual([]);
}

describe('going through the pages', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
    'shows every surviving account exactly once while others come and go between pages (seed %i)',
    async (seed) => {
      const service = await testApp();
      const random = randomFrom(seed);
      const crowd = new Crowd(service, random);
      await crowd.add(random(150));
      const atFirst = crowd.ids();
      const seen = await allPages(service, `limit=${1 + random(20)}`, () => crowd.change());
      const survivors = atFirst.filter((id) => !crowd.everDeleted.has(id));
      expectOnceEach(seen, survivors, new Set([...atFirst, ...crowd.ids(), ...crowd.everDeleted]));
    },
  );

  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    'does so with a filter, also while others come and go during a page (seed %i)',
    async (seed) => {
      const service = await testApp();
      const random = randomFrom(seed);
      const crowd = new Crowd(service, random);
      await crowd.add(350);
      const isAdmin = (id: string) => service.keycloak.clients.get(id)?.account.mode === 'admin';
      const atFirst = crowd.ids().filter(isAdmin);
      let isChanging = false;
      service.keycloak.beforeCall = async (method) => {
        if (method !== 'listAccounts' || isChanging) return;
        isChanging = true;
        await crowd.change();
        isChanging = false;
      };
      const seen = await allPages(service, `mode=admin&limit=${1 + random(20)}`, async () => undefined);
      const survivors = atFirst.filter((id) => !crowd.everDeleted.has(id));
      expectOnceEach(seen, survivors, new Set([...atFirst, ...crowd.ids(), ...crowd.everDeleted]));
    },
  );
});
