/** Turns of which only the ballots matter: answers with evidence and sizes, and who cast what. */
import { tally } from '../../../src/engine/patterns/tally.js';
import type { AgentSpec, Ballot, CandidateId, CheckResult, Decision, PatternSpec } from '../../../src/protocol/events.js';
import { reduce } from '../../../src/protocol/reduce.js';
import { liveBallots } from '../../../src/protocol/standing.js';
import { type BallotState, type ChecksState, currentTurn, emptyState, type TurnState } from '../../../src/protocol/state.js';
import { spec } from '../../fixtures/pattern.js';

export interface Answer {
  /** Its author; somebody who does not vote where absent. */
  by?: string;
  lines?: number;
  /** What newly fails in its tests; `null`: they were not run. */
  failing?: string[] | null;
}

/** `a>b>c`, or `a` alone. */
export const ballot = (voter: string, order: string, more: Partial<Ballot> = {}): Ballot => {
  const [choice = '', ...rest] = order.split('>');
  return { voter, choice, reason: 'because', ...(rest.length > 0 && { ranking: [choice, ...rest] }), ...more };
};

/** So many voters with the same ballot, as in the books. */
export const bloc = (count: number, order: string): Ballot[] => Array.from({ length: count }, (_, at) => ballot(`${order}#${at}`, order));

const checkOf = (failing: string[] | null): CheckResult => ({
  name: 'test',
  command: 'test',
  version: 'base',
  durationMs: 1,
  status: failing === null ? 'not-run' : failing.length > 0 ? 'failed' : 'passed',
  ...(failing !== null && { newlyFailing: failing }),
});

const agentOf = (id: string, family?: string): AgentSpec => ({
  id,
  label: id,
  runner: 'native',
  backend: { type: 'scripted', model: 'none', key: { from: 'none' }, params: {} },
  ...(family !== undefined && { family }),
});

export function turnOf(
  answers: Record<CandidateId, Answer>,
  ballots: readonly Ballot[],
  { families = {}, ...pattern }: Partial<PatternSpec> & { families?: Record<string, string> } = {},
): TurnState {
  const authors = Object.entries(answers).map(([id, { by }]) => by ?? `author of ${id}`);
  const names = new Set([...authors, ...ballots.map(({ voter }) => voter)]);
  const base = reduce(emptyState, {
    type: 'turn.started',
    turn: 't1',
    request: [],
    base: 'base',
    summary: { changed: 0, untracked: 0, refused: [] },
    checkSpecs: [],
    agents: [...names].filter((name) => name !== 'you').map((name) => agentOf(name, families[name])),
    pattern: { ...spec, ...pattern },
    settings: { policy: { allow: [], ask: [], deny: [], network: 'none' }, checks: 'detect', dependencies: 'none' },
    limits: { seconds: 1800, callsPerRun: 100 },
    seed: 7,
    seq: 1,
    at: 0,
  });
  const turn = currentTurn(base);
  if (turn === undefined) throw new Error('no turn');
  const candidates = Object.entries(answers).map(([id, { by, lines = 1 }], at) => ({
    ...{ id, agent: by ?? `author of ${id}`, run: `r${at}`, turn: 't1', words: [], tree: `tree of ${id}`, similarity: [] },
    ...{ size: { files: 1, added: lines, removed: 0 }, purpose: 'work' as const, pausedBefore: 0, seq: at + 2, at },
  }));
  const checks = Object.entries(answers).flatMap(([id, { failing }]): [string, ChecksState][] =>
    failing === undefined ? [] : [[`tree of ${id}`, { startedAt: 0, endedAt: 0, results: [checkOf(failing)] }]],
  );
  const seen = [...names].flatMap((voter) => candidates.map(({ id }) => ({ voter, candidate: id, label: id, seq: 100 })));
  return {
    ...turn,
    candidates,
    checks: Object.fromEntries(checks),
    shown: seen,
    ballots: ballots.map((one, at): BallotState => ({ ...one, seq: 101 + at, at })),
  };
}

/** The order in which the answers come out, and how a tie of the first two was broken. */
export function count(turn: TurnState): { order: CandidateId[]; weights: number[]; tie?: Decision['tie'] } {
  const { standings, tie } = tally(turn, liveBallots(turn));
  return {
    order: standings.map((one) => one.candidate),
    weights: standings.map((one) => one.score ?? one.weight),
    ...(tie !== undefined && { tie }),
  };
}
