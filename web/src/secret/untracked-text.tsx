import { useLayoutEffect, useRef } from 'react';
import { CodeBlock } from '../design/code-block.tsx';

interface UntrackedTextProps {
  readonly write: () => string;
  readonly className: string;
  readonly label: string;
  readonly isBlock?: boolean;
}

/**
 * Shows a text that React never sees: as a child or property it would live on in React's records of what was rendered
 * before. It is gone from the document with this element.
 */
export function UntrackedText({ write, className, label, isBlock = false }: UntrackedTextProps) {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    current.textContent = write();
    return () => current.replaceChildren();
  }, [write]);
  const code = <code ref={element} className={className} dir="ltr" translate="no" />;
  return isBlock ? <CodeBlock label={label}>{code}</CodeBlock> : code;
}
