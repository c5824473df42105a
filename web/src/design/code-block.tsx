import type { ReactNode } from 'react';

interface CodeBlockProps {
  readonly label: string;
  readonly children: ReactNode;
}

/** Code whose long lines scroll, which the keyboard can do as well. */
export function CodeBlock({ label, children }: CodeBlockProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to take the focus (WCAG 2.1.1)
    <section className="code-block" aria-label={label} tabIndex={0}>
      <pre>{children}</pre>
    </section>
  );
}
