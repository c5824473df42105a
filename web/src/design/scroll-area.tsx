import { type ReactNode, useEffect, useRef, useState } from 'react';

const FOCUSABLE = 'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, [tabindex="0"]';

interface ScrollAreaProps {
  readonly className: string;
  readonly children: ReactNode;
}

/**
 * An element that scrolls when its content is higher. While it does, and nothing in it can take the focus, it takes the
 * focus itself: a keyboard could not scroll it otherwise (WCAG 2.2, 2.1.1).
 */
export function ScrollArea({ className, children }: ScrollAreaProps) {
  const area = useRef<HTMLDivElement>(null);
  const [takesFocus, setTakesFocus] = useState(false);
  useEffect(() => {
    const element = area.current;
    if (element === null) return undefined;
    const look = () =>
      setTakesFocus(element.scrollHeight > element.clientHeight && element.querySelector(FOCUSABLE) === null);
    const resizes = new ResizeObserver(look);
    const observe = () => {
      resizes.disconnect();
      for (const one of [element, ...element.children]) resizes.observe(one);
      look();
    };
    const changes = new MutationObserver(observe);
    changes.observe(element, { childList: true, subtree: true, attributeFilter: ['disabled'] });
    observe();
    return () => {
      resizes.disconnect();
      changes.disconnect();
    };
  }, []);
  return (
    <div ref={area} className={className} {...(takesFocus && { tabIndex: 0 })}>
      {children}
    </div>
  );
}
