/** The sidebar: what is going on, and does it need me? */
import { render } from 'preact';
import { AppContext, createApp, useApp } from './app.js';
import { t } from './l10n.js';
import { Announce } from './parts/announce.js';
import { FailureView, Loading } from './parts/bits.js';
import { Answers } from './sidebar/answers.js';
import { Approvals } from './sidebar/approvals.js';
import { Composer } from './sidebar/composer.js';
import { History } from './sidebar/history.js';
import { Now } from './sidebar/now.js';
import { Outcome } from './sidebar/outcome.js';
import './sidebar.css';

function Sidebar() {
  const { store } = useApp();
  if (!store.opened.value) return <Loading words={t('loading')} />;
  const session = store.session.value;
  const turn = session?.state.turns.at(-1);
  return (
    <main class="sidebar" aria-label={t('sidebar')}>
      <h1 class="sr">{t('sidebar')}</h1>
      <FailureView failure={store.broken.value} />
      {!store.trusted.value && (
        <div class="notice" role="note">
          <p>{t('untrusted')}</p>
        </div>
      )}
      <Composer />
      <Approvals />
      {session !== undefined && turn !== undefined && (
        <>
          <Outcome shown={session} turn={turn} />
          <Now shown={session} turn={turn} />
          <Answers shown={session} turn={turn} />
        </>
      )}
      <History />
      <Announce state={session?.state} asking={store.asking.value} />
    </main>
  );
}

const app = createApp();
const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
render(
  <AppContext.Provider value={app}>
    <Sidebar />
  </AppContext.Provider>,
  root,
);
app.host.ready();
