import { setTimeout as sleep } from 'node:timers/promises';
import { names } from '../../../src/names.ts';
import { requestToken } from '../../support/live-oauth.ts';
import { inLanes } from '../faults/lanes.ts';
import type { Replica } from '../replica.ts';
import type { Cluster } from './laboratory.ts';
import { acknowledge, isStale, type Probe, type Promised, prepareProbe, promises } from './probes.ts';
import { prepareSample, type Sample, type Sequence, send, sequences, violations } from './sequences.ts';
import { readTruth } from './truth.ts';

/** How requests reach the nodes: two replicas of the service, and the address where tokens are asked for. */
export interface Way {
  readonly name: string;
  readonly replicas: readonly [Replica, Replica];
  /** Where the second replica's callers ask for tokens. */
  readonly tokenUrl: string;
}

export interface Cell {
  readonly state: string;
  readonly way: string;
  readonly sequence: string;
  samples: number;
  /** Both changes were answered with success, or refused for a reason that is right. */
  acknowledged: number;
  /** At least one was answered that it was not done. */
  refused: number;
  violations: string[];
  answers: string[];
}

export interface ProbeCell {
  readonly state: string;
  readonly way: string;
  readonly promised: Promised;
  acknowledged: number;
  asked: number;
  stale: number;
}

const lanes = 4;
const always = new AbortController().signal;

export class Matrix {
  readonly cells: Cell[] = [];
  readonly probeCells: ProbeCell[] = [];
  readonly cluster: Cluster;
  readonly ways: readonly Way[];
  readonly startedAt = performance.now();
  private made = 0;

  constructor(cluster: Cluster, ways: readonly Way[]) {
    this.cluster = cluster;
    this.ways = ways;
  }

  say(text: string): void {
    console.log(`${((performance.now() - this.startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}`);
  }

  /** Accounts for every sequence and way, known to every node's caches. */
  async samples(each: number, ways: readonly Way[], wanted: readonly Sequence[] = sequences) {
    const plan = wanted.flatMap((sequence) =>
      ways.flatMap((way) => Array.from({ length: each }, () => ({ sequence, way }))),
    );
    const entry = this.ways[0]?.replicas[0] as Replica;
    const made = await inLanes({ lanes, signal: always }, plan, async ({ sequence, way }) => ({
      way,
      sample: await prepareSample(sequence, `sample ${++this.made}`, entry),
    }));
    return made;
  }

  async probes(each: number, ways: readonly Way[]): Promise<{ way: Way; probe: Probe }[]> {
    const plan = ways.flatMap((way) =>
      (Object.keys(promises) as Promised[]).flatMap((promised) =>
        Array.from({ length: each }, () => ({ way, promised })),
      ),
    );
    const entry = this.ways[0]?.replicas[0] as Replica;
    return inLanes({ lanes, signal: always }, plan, async ({ way, promised }) => ({
      way,
      probe: await prepareProbe(promised, `probe ${++this.made}`, entry),
    }));
  }

  /** Lets every node know the accounts: a token takes the client, its user and the user's roles into its caches. */
  async warm(accounts: readonly { clientId: string; secret: string }[]): Promise<void> {
    for (const { url } of this.cluster.nodes) {
      const tokenUrl = `${url}/realms/${this.cluster.realm.name}/protocol/openid-connect/token`;
      await inLanes({ lanes, signal: always }, accounts, ({ clientId, secret }) =>
        requestToken(tokenUrl, { clientId, clientSecret: secret }),
      );
    }
  }

  async warmAll(
    samples: readonly { sample: Sample }[],
    probes: readonly { probe: Probe }[] = [],
  ): Promise<void> {
    const secretOf = ({ account }: Sample | Probe) => ({
      clientId: account.clientId,
      secret: account.secrets[0] ?? '',
    });
    await this.warm([
      ...samples.map(({ sample }) => secretOf(sample)),
      ...probes.map(({ probe }) => secretOf(probe)),
    ]);
    // An inactive account gets no token; both nodes know it by its being read.
    const { realm, nodes } = this.cluster;
    const token = await realm.token({
      grant_type: 'client_credentials',
      client_id: names.serviceClient,
      client_secret: realm.secret,
    });
    for (const { url } of nodes) {
      await inLanes({ lanes, signal: always }, samples, ({ sample }) =>
        readBy(url, realm.name, token, realm.apiClientUuid, sample.account.id),
      );
    }
  }

  async sendFirst(samples: readonly { way: Way; sample: Sample }[]): Promise<void> {
    await inLanes({ lanes, signal: always }, ordered(samples), ({ way, sample }) =>
      send(sample, 0, way.replicas[0]),
    );
  }

  async sendSecond(samples: readonly { way: Way; sample: Sample }[]): Promise<void> {
    await inLanes({ lanes, signal: always }, ordered(samples), ({ way, sample }) =>
      send(sample, 1, way.replicas[1]),
    );
  }

  /** Both, one right after the other. */
  async sendBoth(samples: readonly { way: Way; sample: Sample }[], wide = lanes): Promise<void> {
    await inLanes({ lanes: wide, signal: always }, ordered(samples), async ({ way, sample }) => {
      await send(sample, 0, way.replicas[0]);
      await send(sample, 1, way.replicas[1]);
    });
  }

  async judge(state: string, samples: readonly { way: Way; sample: Sample }[]): Promise<void> {
    const { database, realm } = this.cluster;
    const ids = samples.map(({ sample }) => sample.account.id);
    if (ids.length === 0) return;
    const truths = await readTruth(database, realm.apiClientUuid, ids);
    for (const { way, sample } of samples) {
      const truth = truths.get(sample.account.id);
      if (truth === undefined) continue;
      const cell = this.cell(state, way.name, sample.sequence.name);
      cell.samples++;
      const isRefused = sample.outcomes.some(({ answer }) => /^(409|503|504|.*Error)/.test(answer));
      if (isRefused) cell.refused++;
      else cell.acknowledged++;
      cell.answers.push(sample.outcomes.map(({ answer }) => answer).join(' + '));
      const found = violations(sample, truth);
      const told = sample.outcomes.map(({ answer }) => answer).join(', then ');
      if (found.length > 0) cell.violations.push(`${found.join('; ')} (${told})`);
    }
  }

  private cell(state: string, way: string, sequence: string): Cell {
    const known = this.cells.find((c) => c.state === state && c.way === way && c.sequence === sequence);
    if (known) return known;
    const cell = {
      state,
      way,
      sequence,
      samples: 0,
      acknowledged: 0,
      refused: 0,
      violations: [],
      answers: [],
    };
    this.cells.push(cell);
    return cell;
  }

  /** Changes, then asks for tokens elsewhere: once for each change that was acknowledged. */
  async probe(
    state: string,
    probes: readonly { way: Way; probe: Probe }[],
    acknowledged?: Set<Probe>,
  ): Promise<Set<Probe>> {
    const done = acknowledged ?? new Set<Probe>();
    // Deleting last: it empties a node's cache of users.
    const inOrder = probes.toSorted((a, b) => rank(a.probe, a.way) - rank(b.probe, b.way));
    await inLanes({ lanes, signal: always }, inOrder, async ({ way, probe }) => {
      if (acknowledged === undefined && (await acknowledge(probe, way.replicas[0]))) done.add(probe);
      const cell = this.probeCell(state, way.name, probe.promised);
      if (!done.has(probe)) return;
      cell.acknowledged++;
      const stale = await isStale(probe, way.tokenUrl);
      if (stale === undefined) return;
      cell.asked++;
      if (stale) cell.stale++;
    });
    return done;
  }

  private probeCell(state: string, way: string, promised: Promised): ProbeCell {
    const known = this.probeCells.find((c) => c.state === state && c.way === way && c.promised === promised);
    if (known) return known;
    const cell = { state, way, promised, acknowledged: 0, asked: 0, stale: 0 };
    this.probeCells.push(cell);
    return cell;
  }

  /** How long until no token address says what is no longer so, in seconds. */
  async staleFor(probes: readonly { way: Way; probe: Probe }[], limitMs: number): Promise<number> {
    const since = performance.now();
    for (;;) {
      const answers = await inLanes({ lanes, signal: always }, probes, ({ way, probe }) =>
        isStale(probe, way.tokenUrl),
      );
      const seconds = (performance.now() - since) / 1000;
      if (!answers.includes(true) || seconds * 1000 > limitMs) return seconds;
      await sleep(500);
    }
  }

  print(): void {
    const ways = this.ways.map(({ name }) => name);
    for (const state of new Set(this.cells.map(({ state }) => state))) {
      console.log(`\n${state}: violations / acknowledged / not done, of samples`);
      for (const sequence of new Set(this.cells.map(({ sequence }) => sequence))) {
        const row = ways.map((way) => {
          const cell = this.cells.find((c) => c.state === state && c.way === way && c.sequence === sequence);
          return cell
            ? `${cell.violations.length} / ${cell.acknowledged} / ${cell.refused} of ${cell.samples}`.padEnd(
                22,
              )
            : '–'.padEnd(22);
        });
        console.log(`  ${sequence.padEnd(48)}${row.join('')}`);
      }
    }
    console.log('\nTokens that an acknowledgement ruled out: given, of asked (of acknowledged)');
    for (const { state, way, promised, asked, stale, acknowledged } of this.probeCells) {
      console.log(
        `  ${state.padEnd(40)} ${way.padEnd(12)} ${promised.padEnd(12)} ${stale} of ${asked} (${acknowledged})`,
      );
    }
    const told = new Map<string, number>();
    for (const { state, way, sequence, violations: all } of this.cells) {
      for (const text of all) {
        const line = `${state} | ${way} | ${sequence}: ${text}`;
        told.set(line, (told.get(line) ?? 0) + 1);
      }
    }
    for (const [line, times] of told) console.log(`${times} × ${line}`);
  }
}

const rank = ({ promised }: Probe, { name }: Way): number =>
  promised === 'delete' ? (name === 'balanced' ? 2 : 1) : 0;

/** Those last that empty a cache of users, which would hide what the others look for. */
const ordered = <Thing extends { sample: Sample }>(samples: readonly Thing[]): Thing[] =>
  samples.toSorted(
    (a, b) => Number(a.sample.sequence.disturbs ?? 0) - Number(b.sample.sequence.disturbs ?? 0),
  );

async function readBy(url: string, realm: string, token: string, api: string, id: string): Promise<void> {
  const base = `${url}/admin/realms/${realm}`;
  const get = async (path: string) => {
    const answer = await fetch(`${base}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return answer.json() as Promise<{ id: string }>;
  };
  await get(`/clients/${id}`);
  const user = await get(`/clients/${id}/service-account-user`);
  await get(`/users/${user.id}/role-mappings/clients/${api}`);
}
