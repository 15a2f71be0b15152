/** What the turn came to, what was applied, and the one thing to do next. */
import { workedMs } from '../../protocol/standing.js';
import type { TurnState } from '../../protocol/state.js';
import { useApp } from '../app.js';
import { cost, dollars, duration, tokens, total } from '../format.js';
import type { Shown } from '../incoming.js';
import { t } from '../l10n.js';
import { useAction } from '../parts/action.js';
import { FailureView } from '../parts/bits.js';
import { Button } from '../parts/button.js';
import { decidedHow } from '../parts/decided.js';
import { Minority } from '../parts/minority.js';
import { appliedWords, nameOf, phaseOf, trendWords } from '../turn.js';
import { draftOf } from './draft.js';

export function Outcome({ shown: { state, title }, turn }: { shown: Shown; turn: TurnState }) {
  const { store, host } = useApp();
  const phase = phaseOf(state, store.rows.value);
  const resume = useAction(() => host.intend({ do: 'resume', session: state.id }));
  const undo = useAction(() => host.intend({ do: 'undo', session: state.id }));
  const applied = state.applies.at(-1);
  // The composer names the session, unless what is written there is for another one.
  const fresh = draftOf(store.draft.value).fresh === true;
  if (phase === 'none' || (phase === 'running' && !fresh && applied === undefined)) return null;
  const spent = total(state.usage);
  const trend = trendWords(turn);
  return (
    <section class="section outcome" aria-label={t('outcome')}>
      {fresh && (
        <p class="title clip" title={title}>
          {title}
        </p>
      )}
      {phase === 'cut-off' && (
        <div class="notice">
          <p>{t('cut-off', left(turn, spent))}</p>
          <Button primary disabled={resume.busy || !store.trusted.value} onClick={() => void resume.run()}>
            {t('go-on')}
          </Button>
        </div>
      )}
      {turn.decision !== undefined && <Decided turn={turn} />}
      <Minority turn={turn} />
      {turn.decision !== undefined && (
        <p class="dim small">{[duration(workedMs(turn)), t('tokens', tokens(spent.tokens)), cost(spent)].join(' · ')}</p>
      )}
      {turn.decision !== undefined && trend !== '' && <p class="dim small">{trend}</p>}
      <FailureView failure={turn.decision?.failure ?? resume.failure ?? undo.failure} />
      {applied?.status === 'applied' && (
        <p class="row">
          <span class="codicon codicon-check" aria-hidden="true" />
          <span class="grow">{appliedWords(state, applied)}</span>
          <Button disabled={undo.busy} onClick={() => void undo.run()}>
            {t('undo')}
          </Button>
        </p>
      )}
      {applied?.status === 'undone' && <p class="dim">{t('undone', applied.paths.length)}</p>}
    </section>
  );
}

function Decided({ turn }: { turn: TurnState }) {
  const { decision } = turn;
  if (decision === undefined) return null;
  const winner = turn.chosen ?? decision.presented ?? decision.winner;
  return (
    <p role="status">
      <b>{t(`phase.${decision.outcome}`)}</b> {winner !== undefined && <span>{nameOf(turn, winner)}</span>}{' '}
      <span class="dim">{decidedHow(turn)}</span>
    </p>
  );
}

/** What going on may still cost, as far as it is known. */
function left(turn: TurnState, spent: { costUsd: number }): string {
  const limit = turn.limits.costUsd;
  return limit === undefined ? t('cut-off.no-limit') : t('cut-off.limit', dollars(Math.max(0, limit - spent.costUsd)));
}
