import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Laboratory } from '../laboratory.ts';
import { startReplica } from '../replica.ts';

const load = 64;
/** Far less than the ten seconds that what needs Keycloak may take. */
const atOnceMs = 2_000;

/** SIGTERM while requests are under way: each of them is answered, and the process ends well. */
export async function endUnderLoad(laboratory: Laboratory): Promise<string[]> {
  await using replica = await startReplica(laboratory, 'ended');
  await replica.request();
  const round = `ended ${randomUUID().slice(0, 8)}`;
  const requests = Array.from({ length: load }, (_, index) =>
    replica
      .request({ method: 'POST', body: { username: `${round} ${index}`, mode: 'agent' } })
      .then(({ status }) => ([201, 503, 504].includes(status) ? [] : [`answered ${status}`]))
      .catch((error) => [`not answered: ${error.message}`]),
  );
  // Some are accepted and under way, others still wait in the kernel.
  await sleep(20);
  await replica.end();
  const found = (await Promise.all(requests)).flat();
  return replica.readLog().includes('killed by timeout') ? [...found, 'it did not end by itself'] : found;
}

/** While Keycloak stands still: what does not need it is answered at once, what does in ten seconds with 503 or 504. */
export async function standStill(laboratory: Laboratory): Promise<string[]> {
  await using replica = await startReplica(laboratory, 'stalled');
  const { status, body } = await replica.request({
    method: 'POST',
    body: { username: 'stalled', mode: 'agent' },
  });
  const found = status === 201 ? [] : [`no account: ${status}`];
  const token = await laboratory.token();
  const goOn = laboratory.keycloak.stall();
  try {
    const waiting = [
      replica.request(),
      replica.request({ method: 'PATCH', path: `/${body.id}`, body: { description: 'stalled' } }),
    ];
    await sleep(300);
    const startedAt = performance.now();
    const own = `${replica.url}/api/v1/tenants/globex/service-accounts`;
    const answers = await Promise.all([
      request(`${replica.url}/livez`),
      request(own),
      request(own, { headers: { authorization: `Bearer ${token}` } }),
    ]);
    const statuses = answers.map(({ statusCode }) => statusCode);
    for (const answer of answers) await answer.body.dump();
    if (String(statuses) !== '200,401,403') found.push(`what needs no Keycloak was answered ${statuses}`);
    if (performance.now() - startedAt > atOnceMs) found.push('what needs no Keycloak was held up');
    for (const { status: late, sentAt, answeredAt } of await Promise.all(waiting)) {
      if (late !== 503 && late !== 504) found.push(`answered ${late} by a Keycloak that stands still`);
      if (answeredAt - sentAt > 10_500) found.push('answered after ten seconds');
    }
  } finally {
    goOn();
  }
  return found;
}
