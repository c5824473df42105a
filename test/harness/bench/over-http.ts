import { Agent, request } from 'undici';
import type { Contestant, Operation, Subject } from './contestant.ts';

/** How an operation is asked for: the forwarder and the wrapper take all of them at one address. */
export interface Asked {
  readonly operation: Operation;
  readonly subject: Subject;
}

/** A contestant that runs as a process of its own and takes each operation by POST. */
export function overHttp(
  name: string,
  url: string,
  token: () => Promise<string>,
): Contestant & AsyncDisposable {
  const agent = new Agent({ connections: 64 });
  return {
    name,
    async run(operation, subject) {
      const response = await request(url, {
        dispatcher: agent,
        method: 'POST',
        headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ operation, subject } satisfies Asked),
      });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`${name}: ${response.statusCode} ${text}`);
      return operation === 'create' ? JSON.parse(text) : undefined;
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}
