/** What people call the things of a turn, wherever they read of it: a terminal, an export. */
import { stripVTControlCharacters } from 'node:util';
import type { ActState } from '../../protocol/acts.js';
import type { CandidateId } from '../../protocol/events.js';
import { candidateName } from '../../protocol/standing.js';
import { type ApplyState, type CandidateState, chosenIn, type TurnState } from '../../protocol/state.js';

// Control characters but tab and line feed, separators of lines that are none, and what turns the direction of writing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Invariant: what agents, tools and files say cannot move the cursor, change the terminal, or show other words than are there. */
export const safe = (text: string): string => stripVTControlCharacters(text).replace(UNSAFE, '');

/** All of it on one line. */
export const inline = (text: string): string =>
  safe(text.replace(/[\u2028\u2029]/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

/** What people call a candidate, safe to print. */
export const nameOf = (turn: TurnState, id: CandidateId): string => inline(candidateName(turn, id));

/** The candidates that an apply is from. */
export const candidatesIn = (apply: ApplyState): string => [...new Set(chosenIn(apply).map(({ candidate }) => candidate))].join(', ');

export const sizeOf = ({ size }: CandidateState): string => `+${size.added} −${size.removed}`;

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** What has become of a planned action. */
export const fateText = (act: ActState | undefined): string => (act === undefined ? 'planned, not done' : FATES[act.status]);

const FATES: Readonly<Record<ActState['status'], string>> = {
  asked: 'asked for',
  'under-way': 'under way',
  done: 'done',
  failed: 'tried, and it failed',
  denied: 'not allowed, not done',
  unanswered: 'not answered, not done',
  unknown: 'begun; whether it was done is not known',
};

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return ms < 9_950 ? `${(ms / 1000).toFixed(1)}s` : `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(seconds / 3600)}h${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}m`;
}

/** `2 of 3 and you`: who voted for the winner, of the agents' ballots that count. */
export function votesText(turn: TurnState): string {
  const { decision } = turn;
  if (decision === undefined) return '';
  const voters = decision.standings.find((one) => one.candidate === decision.winner)?.voters ?? [];
  const agents = voters.filter((voter) => voter !== 'you').length;
  return `${agents} of ${decision.ballots.live}${voters.includes('you') ? ' and you' : ''}`;
}
