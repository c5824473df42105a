import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTexts } from '../i18n/text.ts';

export interface SignInRequest {
  /** Opens the small window; rejects when it was blocked or closed. */
  readonly signIn: () => Promise<void>;
  readonly done: () => void;
}

/**
 * Over everything, also over the page's dialogs, with what was entered in them: the browser's own modal dialog is in
 * the top layer, and its place in the document is beside the page, which is inert while a dialog of its own is open. What waits for a token waits until the person has signed in.
 */
export function SignInAgain({ request }: { readonly request: SignInRequest }) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isPending, setPending] = useState(false);
  const [isBlocked, setBlocked] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);

  async function signIn() {
    setPending(true);
    setBlocked(false);
    try {
      await request.signIn();
      request.done();
    } catch {
      setBlocked(true);
    } finally {
      setPending(false);
    }
  }

  return createPortal(
    <dialog
      ref={dialog}
      className="shell-dialog"
      aria-labelledby="sign-in-again"
      data-react-aria-top-layer="true"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="sign-in-again">{t('sign-in.again.title')}</h2>
      <p>{t('sign-in.again.text')}</p>
      {isBlocked && (
        <p className="shell-problem" role="alert">
          {t('sign-in.again.blocked')}
        </p>
      )}
      <button type="button" className="shell-button" disabled={isPending} onClick={signIn}>
        {t('sign-in.again.submit')}
      </button>
    </dialog>,
    document.body,
  );
}
