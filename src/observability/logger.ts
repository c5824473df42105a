import { pino } from 'pino';

/** Where secrets would stand if anything that holds one were ever logged whole. */
const redact = {
  paths: [
    'authorization',
    '*.authorization',
    '*.*.authorization',
    'clientSecret',
    '*.clientSecret',
    'client_secret',
    '*.client_secret',
    'secret',
    '*.secret',
    'access_token',
    '*.access_token',
    'password',
    '*.password',
  ],
  censor: '[redacted]',
};

/** JSON lines on standard output; readable ones when that is a terminal. */
export function createLogger(config: { readonly logLevel: string }, isTerminal: boolean) {
  return pino({
    level: config.logLevel,
    redact,
    // As in the audit log, and as Keycloak and the example write it: RFC 3339, in UTC.
    timestamp: pino.stdTimeFunctions.isoTime,
    ...(isTerminal ? { transport: { target: 'pino-pretty' } } : {}),
  });
}
