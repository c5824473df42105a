/**
 * A refusal of the service. `message` is fit to be shown to a person; decide by `code`. What is no answer of the
 * service, such as a proxy's page or a network that is down, is thrown as another error.
 */
export class ServiceAccountsError extends Error {
    code;
    status;
    problem;
    /** Seconds after which trying again makes sense, where the service names them. */
    retryAfterSeconds;
    constructor(problem, retryAfterSeconds) {
        super(problem.detail ?? problem.title);
        this.name = 'ServiceAccountsError';
        this.code = problem.code;
        this.status = problem.status;
        this.problem = problem;
        this.retryAfterSeconds = retryAfterSeconds;
    }
}
/** Whether the service refused with one of these codes; with none named, whether it refused at all. */
export function isProblem(error, ...codes) {
    if (!(error instanceof ServiceAccountsError))
        return false;
    return codes.length === 0 || codes.some((code) => code === error.code);
}
/** Whether a body is a problem of the service, and not of something in front of it. */
export function isProblemBody(body) {
    return typeof body === 'object' && body !== null && 'code' in body && 'requestId' in body;
}
