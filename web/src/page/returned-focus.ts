import { type RefObject, useCallback, useRef } from 'react';
import type { Flow } from '../manage/flow.ts';

/**
 * Opens and closes flows so that the focus ends where it was before the first dialog, or at the name of the screen
 * when that place is gone, or will be as soon as the list was read again.
 */
export function useReturnedFocus(
  root: RefObject<HTMLElement | null>,
  setFlow: (flow: Flow | undefined) => void,
): { open: (flow: Flow) => void; close: () => void; leave: () => void } {
  const opener = useRef<HTMLElement>(undefined);
  const open = useCallback(
    (flow: Flow) => {
      const active = activeElementIn(root.current);
      // A menu that has just been closed gives the focus back to its button a moment later.
      opener.current = root.current?.contains(active)
        ? (active ?? undefined)
        : expandedMenuButton(root.current);
      setFlow(flow);
    },
    [root, setFlow],
  );
  const close = useCallback(() => {
    setFlow(undefined);
    requestAnimationFrame(() => {
      const target = opener.current?.isConnected ? opener.current : undefined;
      const title = root.current?.querySelector<HTMLElement>('[data-page-title]');
      const active = activeElementIn(root.current);
      if (active === null || active === document.body) (target ?? title)?.focus();
    });
  }, [root, setFlow]);
  const leave = useCallback(() => {
    opener.current = undefined;
    root.current?.querySelector<HTMLElement>('[data-page-title]')?.focus();
  }, [root]);
  return { open, close, leave };
}

/** Within a shadow root the document knows the host alone. */
function activeElementIn(element: HTMLElement | null): HTMLElement | null {
  const tree = element?.getRootNode();
  if (tree instanceof ShadowRoot) return tree.activeElement as HTMLElement | null;
  return document.activeElement as HTMLElement | null;
}

const expandedMenuButton = (root: HTMLElement | null): HTMLElement | undefined =>
  root?.querySelector<HTMLElement>('[aria-haspopup][aria-expanded="true"]') ?? undefined;
