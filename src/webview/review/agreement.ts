/** Who else made a change, in words. */
import type { CandidateId } from '../../protocol/events.js';
import type { HunkDiff } from '../../protocol/review.js';
import type { TurnState } from '../../protocol/state.js';
import { t } from '../l10n.js';
import { authorOf, labelOf } from '../turn.js';

const namesOf = (turn: TurnState, candidates: readonly CandidateId[]): string[] => [
  ...new Set(
    candidates.flatMap((one) => {
      const author = authorOf(turn, one);
      return author === undefined ? [] : [labelOf(turn, author)];
    }),
  ),
];

export interface Agreement {
  /** Agents whose change has these lines. */
  agents: string[];
  words: string;
  /** Who changed the same lines otherwise. */
  other?: { words: string; candidate: CandidateId };
}

export function agreementOf(turn: TurnState, candidate: CandidateId, hunk: HunkDiff, answers: number): Agreement {
  const with_ = [candidate, ...hunk.same];
  const names = namesOf(turn, with_);
  const words =
    answers === 1
      ? ''
      : hunk.same.length === 0
        ? t('agree.only', names[0] ?? '')
        : with_.length === answers
          ? t('agree.all', answers)
          : t('agree.some', names);
  const first = hunk.differently[0];
  return {
    agents: [...new Set(with_.flatMap((one) => authorOf(turn, one) ?? []))],
    words,
    ...(first !== undefined && { other: { words: t('agree.differently', namesOf(turn, hunk.differently)), candidate: first } }),
  };
}
