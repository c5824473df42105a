import type { ReactNode } from 'react';

interface PageHeadingProps {
  readonly title: string;
  readonly lead?: string;
  readonly children?: ReactNode;
}

/** The name of a screen. It takes the focus when there is nothing left to return it to. */
export function PageHeading({ title, lead, children }: PageHeadingProps) {
  return (
    <header className="page-heading">
      <div className="page-heading-text">
        <h1 className="page-title" tabIndex={-1} data-page-title="">
          <bdi>{title}</bdi>
        </h1>
        {lead && (
          <p className="page-lead" dir="auto">
            {lead}
          </p>
        )}
      </div>
      {children}
    </header>
  );
}
