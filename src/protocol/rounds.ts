/** How a turn's answers and votes came together or apart, round by round: a function of what was put forward, shown and voted. */
import type { CandidateId } from './events.js';
import { liveBallots, standing } from './standing.js';
import type { CandidateState, TurnState } from './state.js';

export interface Round {
  /** The answers that were put forward in it. */
  answers: CandidateId[];
  /** 0…1: how alike the answers that stood at its end were, each with each; absent where there was one, or where it is not known. */
  similarity?: number;
  /** 0…1: the share of the ballots that counted at its end which were for one answer; absent where there were fewer than two. */
  agreement?: number;
}

/** A round is over when an agent that has answered in it answers again. */
export function roundsOf(turn: TurnState): Round[] {
  const rounds: CandidateState[][] = [];
  for (const candidate of turn.candidates) {
    if (candidate.purpose !== 'work') continue;
    const last = rounds.at(-1);
    if (last === undefined || last.some((one) => one.agent === candidate.agent)) rounds.push([candidate]);
    else last.push(candidate);
  }
  return rounds.map((round, at) => {
    const then = before(turn, rounds[at + 1]?.[0]?.seq ?? Number.POSITIVE_INFINITY);
    return { answers: round.map(({ id }) => id), ...similarityOf(standing(then)), ...agreementOf(then) };
  });
}

/** The turn as it was before that fact, as far as answers and ballots go. */
function before(turn: TurnState, seq: number): TurnState {
  const earlier = <T extends { seq: number }>(list: readonly T[]): T[] => list.filter((one) => one.seq < seq);
  return { ...turn, candidates: earlier(turn.candidates), ballots: earlier(turn.ballots), shown: earlier(turn.shown) };
}

/** The later of two was compared with the earlier, which stood then. */
function similarityOf(answers: readonly CandidateState[]): Pick<Round, 'similarity'> {
  const inOrder = [...answers].sort((a, b) => a.seq - b.seq);
  const pairs = inOrder.flatMap((later, at) => inOrder.slice(0, at).map((one) => later.similarity.find(({ to }) => to === one.id)?.score));
  const known = pairs.filter((score) => score !== undefined);
  if (known.length === 0 || known.length < pairs.length) return {};
  return { similarity: known.reduce((sum, score) => sum + score, 0) / known.length };
}

function agreementOf(turn: TurnState): Pick<Round, 'agreement'> {
  const ballots = liveBallots(turn);
  if (ballots.length < 2) return {};
  const most = Math.max(...ballots.map(({ choice }) => ballots.filter((other) => other.choice === choice).length));
  return { agreement: most / ballots.length };
}

export interface Trend {
  /** From less than a tenth on it stays. */
  goes: 'together' | 'apart' | 'nowhere';
  from: number;
  to: number;
}

const LITTLE = 0.1;

/** From the first round to the last of which it is known; undefined where there is one. */
export function trendOf(turn: TurnState): Trend | undefined {
  const known = roundsOf(turn).flatMap(({ similarity }) => (similarity === undefined ? [] : [similarity]));
  const [from, to] = [known[0], known.at(-1)];
  if (known.length < 2 || from === undefined || to === undefined) return undefined;
  return { goes: Math.abs(to - from) < LITTLE ? 'nowhere' : to > from ? 'together' : 'apart', from, to };
}
