/** The answers so far: what the checks say, how large they are, who voted; a click reviews one. */
import type { CandidateState, TurnState } from '../../protocol/state.js';
import { useApp } from '../app.js';
import type { Shown } from '../incoming.js';
import { t } from '../l10n.js';
import { Dot, Size } from '../parts/bits.js';
import { Button } from '../parts/button.js';
import { answersOf, gist, isWinner, nameOf, verdictOf, votesFor } from '../turn.js';

export function Answers({ shown: { state }, turn }: { shown: Shown; turn: TurnState }) {
  const { host } = useApp();
  const answers = answersOf(turn);
  return (
    <section class="section" aria-labelledby="answers">
      <h2 id="answers">{t('answers')}</h2>
      {answers.length === 0 ? (
        <p class="dim">{turn.decision === undefined ? t('answers.none-yet') : t('answers.none')}</p>
      ) : (
        <>
          <ul class="items">
            {answers.map((candidate) => (
              <Answer
                key={candidate.agent}
                turn={turn}
                candidate={candidate}
                onOpen={() => host.command('massgen.review', state.id, candidate.id)}
              />
            ))}
          </ul>
          <Button class="wide" primary={turn.decision !== undefined} onClick={() => host.command('massgen.review', state.id)}>
            {t('review', answers.length)}
          </Button>
        </>
      )}
    </section>
  );
}

function Answer({ turn, candidate, onOpen }: { turn: TurnState; candidate: CandidateState; onOpen(): void }) {
  const verdict = verdictOf(turn, candidate);
  const votes = votesFor(turn, candidate).filter((vote) => vote.counts).length;
  return (
    <li>
      <button type="button" class="item" onClick={onOpen}>
        <span class="row tight">
          <span class="clip">
            <Dot turn={turn} agent={candidate.agent} /> {nameOf(turn, candidate.id)}{' '}
            {verdict !== undefined && (
              <span class={verdict.tone}>
                {verdict.sign} {verdict.words}
              </span>
            )}
          </span>
          {isWinner(turn, candidate) && <span class="badge">{t('winner')}</span>}
        </span>
        <Size size={candidate.size} />
        <span class="dim clip both">
          {votes > 0 ? `${t('votes', votes)} · ` : ''}
          {gist(candidate)}
        </span>
      </button>
    </li>
  );
}
