import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallSite, Fault } from './fault.ts';
import { deliver, forward } from './replies.ts';

/** What a call is known by: its method and path without ids. */
export type Labelling = (method: string, path: string) => string;

interface Plan {
  readonly fault: Fault;
  readonly at: CallSite;
}

const momentMs = 40;

/**
 * A Keycloak that does to one call what a plan says. Every answer ends its connection, so that each call makes one of
 * its own and a listener that is gone refuses it.
 */
export async function startFaultyProxy(target: string, labelOf: Labelling, stallMs: number) {
  let plan: Plan | undefined;
  let seen = new Map<string, number>();
  let arrived = 0;
  let refusing = false;
  let hold:
    | { readonly at: CallSite; readonly reached: () => void; readonly go: Promise<boolean> }
    | undefined;
  let slowestMs = 0;
  const labels: string[] = [];
  const underWay = new Set<Promise<void>>();

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = incoming;
    const label = labelOf(method, url);
    const nth = (seen.get(label) ?? 0) + 1;
    seen.set(label, nth);
    labels.push(label);
    arrived += 1;
    const isAt = (site: CallSite | undefined) => site?.label === label && site.nth === nth;
    const body = await buffer(incoming);
    const fault = plan !== undefined && applies(plan, arrived, isAt(plan.at)) ? plan.fault : undefined;
    if (hold !== undefined && isAt(hold.at)) {
      hold.reached();
      if (!(await hold.go)) return void outgoing.destroy();
    }
    const startedAt = performance.now();
    await deliver(fault, () => forward(target, incoming, body), outgoing, stallMs);
    if (fault === undefined) slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    await refuseNext();
  };

  /** Before the answer to the call before it is out, the listener has to be gone. */
  async function refuseNext(): Promise<void> {
    if (plan === undefined || refusing || !plan.fault.startsWith('refused')) return;
    if (arrived < plan.at.place - 1) return;
    refusing = true;
    server.close();
    if (plan.fault === 'refused a moment') void sleep(momentMs).then(relisten);
  }

  async function relisten(): Promise<void> {
    if (!refusing) return;
    refusing = false;
    server = listenWith(port);
    await once(server, 'listening');
  }

  const listenWith = (wanted: number): Server =>
    createServer((incoming, outgoing) => {
      outgoing.shouldKeepAlive = false;
      const work = handle(incoming, outgoing).catch(() => void outgoing.destroy());
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    }).listen(wanted, '127.0.0.1');

  let server = listenWith(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    /** From now on calls are counted, and that one suffers that fault. */
    async arm(wanted?: Plan): Promise<void> {
      plan = wanted;
      seen = new Map();
      arrived = 0;
      labels.length = 0;
      slowestMs = 0;
      await refuseNext();
    },
    /** Every call goes through again; resolves to the labels of those that came since `arm`. */
    async disarm(): Promise<readonly string[]> {
      plan = undefined;
      await relisten();
      return [...labels];
    },
    /** Holds that call until the returned function says whether it goes on to Keycloak or is dropped. */
    holdAt(at: CallSite) {
      const reached = Promise.withResolvers<void>();
      const go = Promise.withResolvers<boolean>();
      hold = { at, reached: reached.resolve, go: go.promise };
      return { reached: reached.promise, release: go.resolve };
    },
    /** How long Keycloak took at most for a call that nothing was done to, since `arm`. */
    slowestMs: (): number => slowestMs,
    /** When every call that was held back has arrived. */
    idle: async (): Promise<void> => void (await Promise.allSettled(underWay)),
    async [Symbol.asyncDispose]() {
      plan = undefined;
      server.close();
      server.closeAllConnections();
    },
  };
}

function applies({ fault, at }: Plan, arrived: number, isAtSite: boolean): boolean {
  if (fault.startsWith('refused')) return false;
  return fault === '401 always' ? isAtSite || arrived > at.place : isAtSite;
}
