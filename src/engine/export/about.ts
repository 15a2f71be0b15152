/** What follows from a turn's ballots and answers, told as data and in words: who dissented, what could not win, how it came together. */
import { type Dissent, dissentOf } from '../../protocol/dissent.js';
import type { CandidateId, TurnId } from '../../protocol/events.js';
import { type Round, roundsOf, trendOf } from '../../protocol/rounds.js';
import type { TurnState } from '../../protocol/state.js';
import { vetoed } from '../../protocol/veto.js';
import { inline, nameOf, plural } from './names.js';

export interface AboutTurn {
  turn: TurnId;
  dissent: Dissent[];
  vetoed: CandidateId[];
  rounds: Round[];
}

export const aboutTurn = (turn: TurnState): AboutTurn => ({
  turn: turn.turn,
  dissent: dissentOf(turn),
  vetoed: vetoed(turn),
  rounds: roundsOf(turn),
});

/** A line each: `rin voted for otto.1: simpler (maya.2 was second)`. */
export function dissentLines(turn: TurnState): string[] {
  return dissentOf(turn).map(({ voter, choice, reason, place }) => {
    const why = inline(reason) === '' ? '' : `: ${inline(reason)}`;
    return `${inline(voter)} voted for ${nameOf(turn, choice)}${why}${place === undefined ? '' : ` (the winner was its choice number ${place})`}`;
  });
}

export const vetoLines = (turn: TurnState): string[] =>
  vetoed(turn).map((id) => `${nameOf(turn, id)} could not win: something newly fails in it that holds in another`);

/** In plain words; empty where there was one round, or where it is not known. */
export function trendText(turn: TurnState): string {
  const trend = trendOf(turn);
  if (trend === undefined) return '';
  const { goes, from, to } = trend;
  if (goes === 'nowhere') return `the answers stayed as alike as they were: ${percent(to)}`;
  return `the answers came ${goes === 'together' ? 'together' : 'apart'}: ${percent(from)} → ${percent(to)} alike`;
}

export const roundLines = (turn: TurnState): string[] =>
  roundsOf(turn).map(({ answers, similarity, agreement }, at) => {
    const alike = similarity === undefined ? [] : [`${percent(similarity)} alike`];
    const agreed = agreement === undefined ? [] : [`${percent(agreement)} of the votes for one`];
    return `round ${at + 1}: ${[plural(answers.length, 'answer'), ...alike, ...agreed].join(', ')}`;
  });

const percent = (share: number): string => `${Math.round(share * 100)} %`;
