/** The turn as a list: answers, votes, changed minds, what went wrong. The newest is last and nothing moves. */
import { useState } from 'preact/hooks';
import type { TurnState } from '../../protocol/state.js';
import { clock, inline } from '../format.js';
import { t } from '../l10n.js';
import { Dot } from '../parts/bits.js';
import { Link } from '../parts/button.js';
import { authorOf, labelOf, nameOf } from '../turn.js';

interface Milestone {
  at: number;
  who: string;
  words: string;
  more?: string;
}

function milestonesOf(turn: TurnState): Milestone[] {
  const all: Milestone[] = [
    ...turn.candidates.map((one) => ({
      at: one.at,
      who: one.agent,
      words:
        one.purpose === 'present'
          ? t('mile.presented', labelOf(turn, one.agent), nameOf(turn, one.id))
          : t('mile.answered', nameOf(turn, one.id)),
    })),
    ...turn.ballots.map((ballot, at) => {
      const before = turn.ballots.slice(0, at).findLast((one) => one.voter === ballot.voter);
      const changed = before !== undefined && authorOf(turn, before.choice) !== authorOf(turn, ballot.choice);
      const [voter, choice] = [labelOf(turn, ballot.voter), nameOf(turn, ballot.choice)];
      return {
        at: ballot.at,
        who: ballot.voter,
        words: changed ? t('mile.changed', voter, choice) : t('mile.voted', voter, choice),
        more: inline(ballot.reason),
      };
    }),
    ...turn.runs.flatMap((run) =>
      run.ended?.reason === 'failed'
        ? [
            {
              at: run.ended.at,
              who: run.agent,
              words: t('mile.failed', labelOf(turn, run.agent)),
              more: inline(run.ended.failure?.message ?? ''),
            },
          ]
        : [],
    ),
  ];
  return all.sort((a, b) => a.at - b.at);
}

const FEW = 4;

export function Milestones({ turn }: { turn: TurnState }) {
  const [all, setAll] = useState(false);
  const miles = milestonesOf(turn);
  if (miles.length === 0) return null;
  const shown = all ? miles : miles.slice(-FEW);
  return (
    <>
      {miles.length > FEW && <Link onClick={() => setAll(!all)}>{all ? t('mile.fewer') : t('mile.all', miles.length)}</Link>}
      <ol class="miles" aria-label={t('mile.label')}>
        {shown.map((mile) => (
          <li key={`${mile.at} ${mile.who} ${mile.words}`} title={mile.more}>
            <span class="dim mono time">{clock(mile.at - turn.startedAt - turn.pausedMs)}</span>
            <Dot turn={turn} agent={mile.who} />
            <span class="clip">{mile.words}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
