/** The review panel: which change do I trust, and what happens if I apply it? */
import { render } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { AppContext, createApp, useApp } from './app.js';
import { t } from './l10n.js';
import { Announce } from './parts/announce.js';
import { FailureView, Loading } from './parts/bits.js';
import { Bar } from './review/bar.js';
import { Alike, Cards } from './review/cards.js';
import { DiffPane } from './review/diff-pane.js';
import { FileList } from './review/file-list.js';
import { Foot } from './review/foot.js';
import { Help } from './review/help.js';
import { onKey } from './review/keys.js';
import { createReview, ReviewContext } from './review/model.js';
import { Timeline } from './review/timeline.js';
import './review/diff.css';
import './review.css';

function Panel() {
  const app = useApp();
  const { store } = app;
  const review = useMemo(() => createReview(app), [app]);
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event, review, app);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, [app, review]);
  if (!store.opened.value) return <Loading words={t('loading')} />;
  const session = store.session.value;
  const turn = review.turn.value;
  const empty = review.answers.value.length === 0;
  return (
    <ReviewContext.Provider value={review}>
      <main class={`panel ${review.view.value.compact ? 'compact' : ''}`} aria-label={t('review.label')}>
        <FailureView failure={store.broken.value} />
        {session === undefined || turn === undefined ? (
          <p class="empty dim">{t('review.no-session')}</p>
        ) : (
          <>
            <Bar shown={session} turn={turn} />
            {empty ? (
              <p class="empty dim" role="status">
                {turn.decision === undefined ? t('answers.none-yet') : t('answers.none')}
              </p>
            ) : (
              <div class="top">
                <Cards shown={session} turn={turn} />
                <Timeline turn={turn} />
                {review.answers.value.length > 2 && <Alike turn={turn} />}
              </div>
            )}
            {!empty && (
              <div class="main">
                <FileList turn={turn} />
                <DiffPane turn={turn} />
              </div>
            )}
            {!empty && <Foot shown={session} turn={turn} />}
          </>
        )}
        {review.help.value && <Help onClose={() => (review.help.value = false)} />}
        <Announce state={session?.state} asking={store.asking.value} />
      </main>
    </ReviewContext.Provider>
  );
}

const app = createApp();
const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
render(
  <AppContext.Provider value={app}>
    <Panel />
  </AppContext.Provider>,
  root,
);
app.host.ready();
