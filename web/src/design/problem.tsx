import type { ReactNode } from 'react';
import { describeError } from '../api/errors.ts';
import { useTexts } from '../i18n/text.ts';
import { Icon } from './icon.tsx';

interface ProblemProps {
  readonly error: unknown;
  readonly title?: string;
  /** What can be done about it. */
  readonly children?: ReactNode;
}

/** What went wrong, in the words of the page, with the number by which support finds it in the log. */
export function Problem({ error, title, children }: ProblemProps) {
  const texts = useTexts();
  const { text, requestId } = describeError(error, texts);
  return (
    <div className="problem" role="alert">
      <Icon name="warning" />
      <div className="problem-text">
        <strong>{title ?? texts.t('error.title')}</strong>
        <p>{text}</p>
        {requestId && <p className="problem-id">{texts.t('error.request-id', { id: requestId })}</p>}
        {children}
      </div>
    </div>
  );
}
