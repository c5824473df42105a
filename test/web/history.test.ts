import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LivePage, livePage } from './support/settings-page.ts';

let live: LivePage;
beforeAll(async () => {
  live = await livePage('history');
});
afterAll(() => live?.[Symbol.asyncDispose]());

it('the page of an account tells its changes in words, the newest first, and the next as soon as it is made', async () => {
  const { id } = await live.create({ username: 'Eventful', mode: 'agent' });
  const path = `/acme/service-accounts/${id}`;
  await live.service.request({ method: 'PATCH', path, body: { description: 'x' } });
  for (let time = 0; time < 3; time += 1) {
    await live.service.request({ method: 'POST', path: `${path}/deactivate` });
    await live.service.request({ method: 'POST', path: `${path}/activate` });
  }
  const { page, context, complaints } = await live.open('admin', `/${id}`);
  const history = page.getByRole('region', { name: 'What has happened' });
  const rows = history.getByRole('listitem');
  await rows.first().getByText('Activated').waitFor();
  expect(await rows.count()).toBe(6);
  await history.getByRole('button', { name: 'Show all 8' }).click();
  expect(await rows.last().innerText()).toMatch(/just now|ago/);
  expect(await rows.last().innerText()).toMatch(/Created\s+by admin@people\.test/);
  await rows.nth(6).getByText('Edited: description').waitFor();
  expect(await rows.first().locator('time').getAttribute('title')).toMatch(/20\d\d/);
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
  await rows.first().getByText('Deactivated').waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
