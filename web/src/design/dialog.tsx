import { type ReactNode, useEffect, useEffectEvent } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { usePage } from '../page/page-context.ts';
import { ScrollArea } from './scroll-area.tsx';

interface DialogProps {
  readonly title: string;
  /** A question that has to be answered before anything else. */
  readonly isAlert?: boolean;
  /** Whether it opens over another dialog. */
  readonly isNested?: boolean;
  readonly size?: 'small' | 'medium' | 'large';
  /** Escape, a click outside and going back ask for this; the owner decides whether the dialog closes. */
  readonly onCloseRequest: () => void;
  /** Whether reloading or closing the tab makes the browser ask first. */
  readonly asksBeforeUnload?: boolean;
  /** What stays in sight above the footer while the body scrolls. */
  readonly banner?: ReactNode;
  readonly footer: ReactNode;
  readonly children: ReactNode;
}

/** A modal dialog that keeps the focus, and that nothing closes but its owner. */
export function Dialog(props: DialogProps) {
  const { title, isAlert = false, isNested = false, size = 'medium' } = props;
  const { onCloseRequest, asksBeforeUnload = false } = props;
  useGuards(onCloseRequest, asksBeforeUnload);
  // Within a shadow root, react-aria lets the dialog below make inert what is added above it, unless it is marked so.
  const mark = isNested ? { 'data-react-aria-top-layer': 'true' } : {};
  return (
    <ModalOverlay {...mark} className="overlay" isOpen isDismissable={!isAlert} onOpenChange={onCloseRequest}>
      <Modal className={`modal modal-${size}`}>
        {/* react-aria looks for the heading in the document, where none within a shadow root is. */}
        <AriaDialog className="dialog" role={isAlert ? 'alertdialog' : 'dialog'} aria-label={title}>
          <header className="dialog-header">
            <Heading slot="title" level={2} className="dialog-title">
              {title}
            </Heading>
          </header>
          <ScrollArea className="dialog-body">{props.children}</ScrollArea>
          {props.banner && <ScrollArea className="dialog-banner">{props.banner}</ScrollArea>}
          <footer className="dialog-footer">{props.footer}</footer>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function useGuards(onCloseRequest: () => void, asksBeforeUnload: boolean): void {
  const { router } = usePage();
  const onBack = useEffectEvent(onCloseRequest);
  useEffect(() => router.guard?.(() => onBack()), [router]);
  useEffect(() => {
    if (!asksBeforeUnload) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [asksBeforeUnload]);
}
