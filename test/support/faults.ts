import { type ErrorCode, ServiceError } from '../../src/errors.ts';
import type { Gateway } from '../../src/service-accounts/gateway.ts';
import type { InMemoryKeycloak } from './in-memory-keycloak.ts';

/** What a test breaks: the `nth` call of a method (from 1; every call when left out), before or after its effect. */
export interface Fault {
  readonly method: keyof Gateway;
  readonly code?: ErrorCode;
  readonly when?: 'before' | 'after';
  readonly nth?: number;
}

/** Makes the calls that `faults` name fail as the gateway reports them, and all others work, until it is called again. */
export function inject(keycloak: InMemoryKeycloak, ...faults: readonly Fault[]): void {
  const at = (moment: 'before' | 'after') => {
    const seen = new Map<keyof Gateway, number>();
    return (method: keyof Gateway) => {
      const count = (seen.get(method) ?? 0) + 1;
      seen.set(method, count);
      const fault = faults.find(
        ({ method: name, nth = count, when = 'before' }) =>
          name === method && nth === count && when === moment,
      );
      if (fault !== undefined) throw new ServiceError(fault.code ?? 'keycloak-unavailable');
    };
  };
  keycloak.beforeCall = at('before');
  keycloak.afterCall = at('after');
}
