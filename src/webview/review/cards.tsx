/** The answers side by side: words, evidence, size, votes with reasons; vote, pick, open in the editor. */
import { useRef, useState } from 'preact/hooks';
import { actsOf } from '../../protocol/acts.js';
import { textOf } from '../../protocol/content.js';
import { exactly } from '../../protocol/exactly.js';
import type { CandidateState, TurnState } from '../../protocol/state.js';
import { vetoed } from '../../protocol/veto.js';
import { useApp } from '../app.js';
import { clock, inline, percent } from '../format.js';
import type { Shown } from '../incoming.js';
import { t } from '../l10n.js';
import { Agent, ChipView, Dot, Quote, Size } from '../parts/bits.js';
import { Button, Link } from '../parts/button.js';
import { Markdown } from '../parts/markdown.js';
import { useReturnFocus } from '../parts/return-focus.js';
import {
  answersOf,
  chipsOf,
  isWinner,
  labelOf,
  likeness,
  mostLike,
  nameOf,
  newlyFailing,
  trendWords,
  type Vote,
  verdictOf,
  votesFor,
} from '../turn.js';
import { useReview } from './model.js';
import { VoteForm } from './vote-form.js';

export function Cards({ shown: { state }, turn }: { shown: Shown; turn: TurnState }) {
  const review = useReview();
  const answers = review.answers.value;
  return (
    <section class="cards" aria-label={t('answers')}>
      {answers.map((candidate, at) => (
        <Card
          key={candidate.agent}
          session={state.id}
          turn={turn}
          candidate={candidate}
          number={at + 1}
          viewed={review.viewed.value === candidate}
          compact={review.view.value.compact}
        />
      ))}
    </section>
  );
}

interface CardProps {
  session: string;
  turn: TurnState;
  candidate: CandidateState;
  number: number;
  viewed: boolean;
  compact: boolean;
}

function Card({ session, turn, candidate, number, viewed, compact }: CardProps) {
  const review = useReview();
  const name = labelOf(turn, candidate.agent);
  const spec = turn.agents.find((one) => one.id === candidate.agent);
  const winner = isWinner(turn, candidate);
  return (
    <article class={`card ${winner ? 'win' : ''} ${viewed ? 'viewed' : ''}`} aria-label={t('card', name)}>
      <div class="row">
        <button
          type="button"
          class="head"
          aria-pressed={viewed}
          title={t('card.view', nameOf(turn, candidate.id), number)}
          onClick={() => review.show({ candidate: candidate.id })}
        >
          <Agent turn={turn} agent={candidate.agent} />
          <span class="dim clip">{inline(spec?.backend.model ?? '')}</span>
        </button>
        {compact && <Verdict turn={turn} candidate={candidate} />}
        {winner && <Winner words={turn.chosen === undefined ? t('winner') : t('winner.yours')} compact={compact} />}
      </div>
      {!compact && <Inside session={session} turn={turn} candidate={candidate} />}
    </article>
  );
}

function Winner({ words, compact }: { words: string; compact: boolean }) {
  if (!compact) return <span class="badge">{words}</span>;
  return <span class="star codicon codicon-star-full" role="img" aria-label={words} title={words} />;
}

function Verdict({ turn, candidate }: { turn: TurnState; candidate: CandidateState }) {
  const verdict = verdictOf(turn, candidate);
  return (
    <>
      {verdict !== undefined && (
        <span class={`${verdict.tone} nowrap`} title={verdict.words}>
          {verdict.sign}
          <span class="sr">{verdict.words}</span>
        </span>
      )}
      <Size size={candidate.size} />
    </>
  );
}

function Inside({ session, turn, candidate }: { session: string; turn: TurnState; candidate: CandidateState }) {
  const { host } = useApp();
  const [voting, setVoting] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useReturnFocus(voting, place, '.button');
  const votes = votesFor(turn, candidate);
  const failing = newlyFailing(turn, candidate);
  const mine = votes.some((vote) => vote.ballot.voter === 'you');
  const like = mostLike(turn, candidate);
  return (
    <>
      <Words text={textOf(candidate.words)} />
      <div class="row wrap">
        {chipsOf(turn, candidate).map((chip) => (
          <ChipView key={`${chip.sign} ${chip.words}`} chip={chip} />
        ))}
        <span class="dim mono grow right nowrap">
          {t('files', candidate.size.files)} <Size size={candidate.size} />
        </span>
      </div>
      <Failing names={failing} />
      {vetoed(turn).includes(candidate.id) && <p class="bad">{t('vetoed')}</p>}
      <Plan turn={turn} candidate={candidate} />
      {votes.map((vote) => (
        <Ballot key={vote.ballot.voter} turn={turn} vote={vote} />
      ))}
      {voting ? (
        <VoteForm session={session} turn={turn} candidate={candidate} onDone={() => setVoting(false)} />
      ) : (
        <div class="row wrap" ref={place}>
          <Button onClick={() => setVoting(true)} label={t('vote.for', nameOf(turn, candidate.id))}>
            {mine ? t('vote.change') : t('vote')}
          </Button>
          <Button onClick={() => host.command('massgen.openChanges', session, candidate.id)}>{t('open')}</Button>
          <span class="grow" />
          <span class="dim small">
            {votes.length === 0 && turn.decision !== undefined ? `${t('votes.none')} · ` : ''}
            {like === undefined ? '' : t('like', percent(like.score), labelOf(turn, like.candidate.agent))}
          </span>
        </div>
      )}
    </>
  );
}

/** Longer words are folded to a few lines. */
const SHORT = 220;

function Words({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const long = text.length > SHORT || text.split('\n').length > 3;
  return (
    <div>
      <Markdown text={text} class={long && !open ? 'folded' : ''} />
      {long && <Link onClick={() => setOpen(!open)}>{open ? t('less') : t('all-words')}</Link>}
    </div>
  );
}

const FEW = 3;

function Failing({ names }: { names: readonly string[] }) {
  const [all, setAll] = useState(false);
  if (names.length === 0) return null;
  return (
    <ul class="failing mono bad" aria-label={t('failing.label')}>
      {(all ? names : names.slice(0, FEW)).map((name) => (
        <li key={name}>{inline(name)}</li>
      ))}
      {names.length > FEW && <Link onClick={() => setAll(!all)}>{all ? t('less') : t('more', names.length - FEW)}</Link>}
    </ul>
  );
}

/** What it would do beyond the folder, and what has become of that. */
function Plan({ turn, candidate }: { turn: TurnState; candidate: CandidateState }) {
  const acts = actsOf(turn.acts, candidate);
  if (acts.length === 0) return null;
  return (
    <div class="plan">
      <span class="dim" aria-hidden="true">
        {t('plan')}
      </span>
      <ul aria-label={t('plan')}>
        {acts.map(({ what, why, act }) => (
          <li key={what} title={inline(why)}>
            <code class="mono">{exactly(what)}</code> <span class="dim">· {t(`plan.${act?.status ?? 'planned'}`)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Ballot({ turn, vote: { ballot, counts, before } }: { turn: TurnState; vote: Vote }) {
  return (
    <p class={`ballot ${counts ? '' : 'void'}`}>
      <Dot turn={turn} agent={ballot.voter} />
      <span>
        <b>{labelOf(turn, ballot.voter)}</b> {ballot.reason !== '' && <Quote text={ballot.reason} />}{' '}
        {before !== undefined && (
          <span class="dim" title={t('changed.from', nameOf(turn, before))}>
            {t('changed.at', clock(ballot.at - turn.startedAt - turn.pausedMs))}
          </span>
        )}
        {!counts && <span class="dim"> {t('ballot.void')}</span>}
      </span>
    </p>
  );
}

/** How alike the answers are, each with each. */
export function Alike({ turn }: { turn: TurnState }) {
  const answers = answersOf(turn);
  const trend = trendWords(turn);
  return (
    <details class="alike">
      <summary>{[t('alike'), ...(trend === '' ? [] : [trend])].join(' · ')}</summary>
      <table>
        <thead>
          <tr>
            <td />
            {answers.map((one) => (
              <th key={one.id} scope="col">
                {nameOf(turn, one.id)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answers.map((row) => (
            <tr key={row.id}>
              <th scope="row">{nameOf(turn, row.id)}</th>
              {answers.map((column) => {
                const score = row === column ? undefined : likeness(row, column);
                return <td key={column.id}>{row === column ? '' : score === undefined ? t('unknown') : percent(score)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
