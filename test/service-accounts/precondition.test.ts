import { describe, expect, it } from 'vitest';
import { callsOnOne, created, edit, pathOf, stateOf } from '../support/accounts.ts';
import { testApp } from '../support/test-app.ts';

const changes = callsOnOne.filter(({ method }) => method !== 'GET');

describe('the ETag', () => {
  it('is in every answer about one account, and is its version in the list', async () => {
    const service = await testApp();
    const answers = [];
    const { id } = await created(service);
    const aboutAccount = callsOnOne.filter(
      ({ method, below }) => method !== 'DELETE' && below !== '/history',
    );
    for (const call of aboutAccount) {
      answers.push(await service.request({ ...call, path: `${pathOf(id)}${call.below}` }));
    }
    for (const { headers, body } of answers) expect(headers.etag).toBe(`"${body.version}"`);
    const list = await service.request({});
    expect(list.body.items[0].version).toBe(answers.at(-1)?.body.version);
    const read = await service.request({ path: pathOf(id) });
    expect(read.body.version).toBe(list.body.items[0].version);
  });

  it('changes with every change, and with nothing else', async () => {
    const service = await testApp();
    const { id, version } = await created(service);
    expect((await edit(service, id, {})).body.version).toBe(version);
    expect((await edit(service, id, { description: 'new' })).body.version).not.toBe(version);
  });
});

describe('If-Match', () => {
  it.each(changes)('keeps $method $below from an account that has changed', async (call) => {
    const service = await testApp();
    const { id, version } = await created(service);
    await edit(service, id, { description: 'changed meanwhile' });
    const before = stateOf(service);
    const answer = await service.request({
      ...call,
      path: `${pathOf(id)}${call.below}`,
      headers: { 'if-match': `"${version}"` },
    });
    expect(answer).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
    expect(stateOf(service)).toEqual(before);
  });

  it.each(changes)(
    'lets $method $below through when nothing has changed',
    async (call) => {
      for (const ifMatch of [(tag: string) => tag, (tag: string) => `"other", ${tag}`, () => '*']) {
        const service = await testApp();
        const { id, version } = await created(service);
        const answer = await service.request({
          ...call,
          path: `${pathOf(id)}${call.below}`,
          headers: { 'if-match': ifMatch(`"${version}"`) },
        });
        expect([200, 204]).toContain(answer.status);
      }
      // Each revocation is answered a second or two later.
    },
    30_000,
  );

  it('compares strongly: a weak ETag never matches', async () => {
    const service = await testApp();
    const { id, version } = await created(service);
    const headers = { 'if-match': `W/"${version}"` };
    expect((await service.request({ method: 'DELETE', path: pathOf(id), headers })).status).toBe(412);
  });

  it.each(['', 'bare', '"open', '"a" "b"', '*, "a"'])('has to be well-formed, not %j', async (value) => {
    const service = await testApp();
    const { id } = await created(service);
    const headers = { 'if-match': value };
    expect(await service.request({ method: 'DELETE', path: pathOf(id), headers })).toMatchObject({
      status: 400,
      body: { errors: [{ in: 'header', pointer: '/if-match' }] },
    });
  });

  it('lets exactly one of two through who read the same', async () => {
    const service = await testApp();
    const { id, version } = await created(service);
    const headers = { 'if-match': `"${version}"` };
    const both = await Promise.all(
      ['one', 'two'].map((description) =>
        service.request({ method: 'PATCH', path: pathOf(id), headers, body: { description } }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});
