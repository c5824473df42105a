import { startService } from '../../support/live-service.ts';
import type { Laboratory } from '../laboratory.ts';
import type { ServiceAnswer, ServiceRequest } from '../replica.ts';
import type { Labelling } from './faulty-proxy.ts';

/** How long things take in a run; the service's own times are scaled down together. */
export interface Times {
  readonly callTimeoutMs: number;
  readonly stallMs: number;
  readonly leaseMs: number;
}

/** What the service runs with. */
export const production: Times = { callTimeoutMs: 3_000, stallMs: 30_000, leaseMs: 40_000 };

export interface Bench {
  readonly laboratory: Laboratory;
  readonly labelOf: Labelling;
  readonly times: Times;
  /** A service that nothing ever happens to. */
  readonly steady: TestedService;
}

export type TestedService = Awaited<ReturnType<typeof testedService>>;

/** The service in this process, so that its log can be read and its times be set. */
export async function testedService(laboratory: Laboratory, times: Times, internalUrl?: string) {
  const service = await startService(laboratory.realm, {
    ...(internalUrl === undefined ? {} : { internalUrl }),
    callTimeoutMs: times.callTimeoutMs,
    lockLeaseMs: times.leaseMs,
    maxAccountsPerTenant: 100_000,
  });
  return {
    log: service.log,
    audit: service.audit,
    async ask(request: ServiceRequest): Promise<ServiceAnswer> {
      const { path = '', ...rest } = request;
      const token = await laboratory.token();
      const sentAt = performance.now();
      const answer = await service.request({ ...rest, as: { token }, path: `/acme/service-accounts${path}` });
      const answeredAt = performance.now();
      return { ...answer, headers: Object.fromEntries(answer.headers), sentAt, answeredAt };
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}
