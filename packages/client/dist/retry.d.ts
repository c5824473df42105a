/** How often, and how long at most, a call is tried again. */
export interface RetryPolicy {
    /** Attempts after the first one. */
    readonly retries: number;
    /** What Retry-After asks for beyond this is left to the caller, in seconds. */
    readonly maxWaitSeconds: number;
}
interface Attempt {
    readonly send: () => Promise<Response>;
    /** Whether sending it twice does what sending it once does. */
    readonly isRepeatable: boolean;
    readonly signal: AbortSignal;
}
/**
 * Sends a request, and again where that is safe: after 429 and 503 always, after a lost answer when the request is
 * repeatable. Waits as long as Retry-After says, else half a second, doubled each time, less up to half of it by chance.
 */
export declare function withRetries({ send, isRepeatable, signal }: Attempt, policy: RetryPolicy): Promise<Response>;
/** Retry-After in seconds; undefined when there is none, or it is a date, which the service never sends. */
export declare function retryAfterSeconds(response: Response): number | undefined;
export {};
