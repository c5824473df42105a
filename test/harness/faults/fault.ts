/** What can become of a call between the service and Keycloak. */
export const faults = [
  /** Nobody listens from this call on, until the operation is over. */
  'refused',
  /** Nobody listens for a moment: a retry gets through. */
  'refused a moment',
  /** Time-out before the effect: the call never arrives and is never answered. */
  'swallowed',
  /** Time-out after the effect: the call arrives, its answer does not. */
  'answer lost',
  /** The answer breaks off in the middle. */
  'reset',
  /** The call is held back ten times as long as the service waits for it, and arrives then. */
  'stall',
  '401 once',
  '401 always',
  '409',
  '500 before',
  '500 after',
] as const;

export type Fault = (typeof faults)[number];

/** Which call of an operation: the n-th, from 1, of those of this label. */
export interface CallSite {
  readonly label: string;
  readonly nth: number;
  /** Its place among all calls of the operation, from 1. */
  readonly place: number;
}

/** Whether Keycloak may have acted on the call though the service was not told so. */
export const leavesDoubt = (fault: Fault): boolean =>
  ['swallowed', 'answer lost', 'reset', 'stall', '500 before', '500 after'].includes(fault);
