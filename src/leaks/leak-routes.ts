import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidField, ServiceError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { ReportedSecret } from './handle-report.ts';
import { isSigned, type ReportKeys } from './report-keys.ts';

export interface LeakRoutesOptions {
  readonly keys: ReportKeys;
  /** Does what is to be done, after the answer; never rejects. */
  readonly handle: (reported: readonly ReportedSecret[]) => Promise<void>;
}

/** A report has as many matches as were found. */
const maxBodyBytes = 1024 * 1024;

const report = z.array(z.looseObject({ token: z.string(), url: z.string().catch('') })).max(10_000);

/**
 * POST /leaks: takes reports of a secret scanner, in the form of GitHub's partner programme. Each report that is signed gets
 * the same answer, before anything is looked up, so that neither the answer nor its time tells whether a secret is one.
 */
export function leakRoutes(app: FastifyInstance, { keys, handle }: LeakRoutesOptions): void {
  const underWay = new Set<Promise<void>>();
  // The signature is over the bytes that were sent.
  app.removeContentTypeParser(['application/json', 'application/merge-patch+json']);
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: maxBodyBytes },
    (_, body, done) => done(null, body),
  );
  app.addHook('onClose', () => Promise.all(underWay));

  app.post('/leaks', { bodyLimit: maxBodyBytes, schema: { hide: true } }, async (request, reply) => {
    const { body, headers } = request;
    const [identifier, signature] = ['identifier', 'signature'].map(
      (name) => headers[`github-public-key-${name}`],
    );
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    if (!isSigned(keys, String(identifier), String(signature), bytes)) throw signatureRefused();
    const parsed = report.safeParse(parseJson(bytes.toString('utf8')));
    if (!parsed.success) {
      throw invalidField(
        '',
        'invalid',
        'A report is an array of matches, each with token, type, url and source.',
      );
    }
    const handling = handle(parsed.data).finally(() => underWay.delete(handling));
    underWay.add(handling);
    return reply.code(202).send();
  });
}

const signatureRefused = (): ServiceError =>
  new ServiceError('signature-invalid', {
    detail: 'Sign the body with a key that is configured here, and name it in Github-Public-Key-Identifier.',
  });
