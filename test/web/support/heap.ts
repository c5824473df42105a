import type { Page } from 'playwright-core';

/** Whether a text is anywhere in the memory of a page's scripts, after its garbage was collected. */
export async function heapContains(page: Page, text: string): Promise<boolean> {
  const session = await page.context().newCDPSession(page);
  let found = false;
  let tail = '';
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    // It may stand across the border of two chunks.
    found ||= `${tail}${chunk}`.includes(text);
    tail = chunk.slice(-text.length);
  });
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return found;
}
