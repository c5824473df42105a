import { isProblem } from '@orki/service-accounts-client';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useCatalogue, useReadAhead } from '../api/queries.ts';
import { rightsOf } from '../api/rights.ts';
import { Button } from '../design/button.tsx';
import { Problem } from '../design/problem.tsx';
import { useTexts } from '../i18n/text.ts';
import { ListScreen } from '../list/list-screen.tsx';
import { TableSkeleton } from '../list/table-skeleton.tsx';
import { type Flow, OpenFlowContext } from '../manage/flow.ts';
import { NoRight } from './no-right.tsx';
import { usePage } from './page-context.ts';
import { PageHeading } from './page-heading.tsx';
import { listPlace, usePlace } from './place.ts';
import { useReturnedFocus } from './returned-focus.ts';

/** Dialogs and the account's own page are loaded when they are first wanted. */
const Flows = lazy(() => import('../manage/flows.tsx').then((module) => ({ default: module.Flows })));
const AccountScreen = lazy(() =>
  import('../account/account-screen.tsx').then((module) => ({ default: module.AccountScreen })),
);

/** The screen of the place where the page is, and the dialog over it. */
export function Screens() {
  const { t } = useTexts();
  const { router, announce } = usePage();
  const place = usePlace();
  const root = useRef<HTMLDivElement>(null);
  const [flow, setFlow] = useState<Flow>();
  const { open, close, leave } = useReturnedFocus(root, setFlow);
  const catalogue = useCatalogue();
  useReadAhead(place.screen === 'list' ? place.filters : place.id);
  useFocusOnNewScreen(root, place.screen === 'account' ? place.id : '');

  if (isProblem(catalogue.error, 'permission-missing', 'wrong-tenant'))
    return <NoRight error={catalogue.error} />;
  if (catalogue.data === undefined) {
    return (
      <div ref={root}>
        <PageHeading title={t('title')} lead={t('lead')} />
        {catalogue.isError ? (
          <Problem error={catalogue.error} title={t('error.load')}>
            <Button isPending={catalogue.isFetching} onPress={() => void catalogue.refetch()}>
              {t('action.retry')}
            </Button>
          </Problem>
        ) : (
          <TableSkeleton />
        )}
      </div>
    );
  }

  const rights = rightsOf(catalogue.data);
  const openQuietly = (next: Flow) => {
    // What was said before would lie over the dialog.
    announce(undefined);
    open(next);
  };
  const onFlow = (next: Flow | undefined) => {
    if (next !== undefined) return setFlow(next);
    close();
    // A link to the form has done its work.
    if (place.screen === 'list' && place.prefill)
      router.navigate(listPlace(place.filters), { replace: true });
  };
  return (
    <OpenFlowContext value={openQuietly}>
      <div ref={root}>
        {place.screen === 'list' ? (
          <ListScreen place={place} catalogue={catalogue.data} rights={rights} />
        ) : (
          <Suspense fallback={<TableSkeleton />}>
            <AccountScreen key={place.id} id={place.id} catalogue={catalogue.data} rights={rights} />
          </Suspense>
        )}
      </div>
      {flow && rights.mayManage && (
        <Suspense>
          <Flows
            flow={flow}
            catalogue={catalogue.data}
            onFlow={onFlow}
            onDeleted={() => {
              requestAnimationFrame(leave);
              if (place.screen === 'account') router.navigate('');
            }}
          />
        </Suspense>
      )}
    </OpenFlowContext>
  );
}

/** A screen reader starts at the name of the new screen, as after a page load. */
function useFocusOnNewScreen(root: React.RefObject<HTMLElement | null>, screen: string): void {
  const shown = useRef(screen);
  useEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    root.current?.querySelector<HTMLElement>('[data-page-title]')?.focus();
  });
}
