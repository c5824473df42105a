import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../../dev/paths.ts';

const axe = readFileSync(join(root, 'web', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');

/**
 * What axe objects to, once the page is at rest: colors are not final while something fades in or changes.
 * @param within a selector of the part that is looked at, with the shadow roots in it; the whole page unless given
 */
export async function objections(page: Page, within?: string): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(async (selector) => {
    const passing = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map(({ finished }) => finished));
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    // An open menu hides the rest of the page from assistive technology, its main landmark and its heading with it.
    const isMainHidden = document.querySelector('main')?.closest('[inert], [aria-hidden="true"]') != null;
    const rules = Object.fromEntries(
      ['landmark-one-main', 'page-has-heading-one'].map((rule) => [rule, { enabled: !isMainHidden }]),
    );
    const context = selector === undefined ? document : { include: [selector] };
    // biome-ignore lint/suspicious/noExplicitAny: axe is put into the page as a script
    return (globalThis as any).axe.run(context, { rules });
  }, within);
  return violations.flatMap(
    ({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}
