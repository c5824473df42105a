import type { MouseEvent, ReactNode } from 'react';
import { usePage } from './page-context.ts';

interface PageLinkProps {
  readonly to: string;
  readonly className: string;
  readonly children: ReactNode;
}

/** A link to another place of the page; with a modifier key it opens where the browser says, as every link does. */
export function PageLink({ to, className, children }: PageLinkProps) {
  const { router } = usePage();
  const follow = (event: MouseEvent) => {
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!isPlain) return;
    event.preventDefault();
    router.navigate(to);
  };
  return (
    <a className={className} href={router.href(to)} onClick={follow}>
      {children}
    </a>
  );
}
