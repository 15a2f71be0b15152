/** Plays a turn against a pattern without models or files: agents are functions, time jumps to the next wait. */
import type { Pattern, Step } from '../../../src/engine/patterns/pattern.js';
import type { AgentSpec, CandidateId, Fact, FactEvent, PatternSpec, RunId, Shown } from '../../../src/protocol/events.js';
import type { Failure } from '../../../src/protocol/failure.js';
import { reduce } from '../../../src/protocol/reduce.js';
import { currentTurn, emptyState, type SessionState, type ShownState, type TurnState } from '../../../src/protocol/state.js';
import { spec } from '../../fixtures/pattern.js';

export type Act =
  | { act: 'answer'; tree: string }
  /** `ranking`: the others that it lists beside its choice, as they are known to it. */
  | { act: 'vote'; for: 'first' | 'last' | 'own'; ranking?: 'forth' | 'back' }
  /** Best first. */
  | { act: 'vote'; for: CandidateId[] }
  | { act: 'fail'; failure?: Failure }
  /** Votes, is refused, and goes on with its next move. */
  | { act: 'refused' }
  | { act: 'nothing' }
  | { act: 'hang' };
export type Player = (moment: { shown: number; answered: number; seconds: number; turn: TurnState }) => {
  after: number;
  /** A function: decided when it is done, of what it knows by then. */
  act: Act | ((turn: TurnState) => Act);
};

const agent = (id: string, family: string | undefined): AgentSpec => ({
  id,
  ...(family !== undefined && { family }),
  label: id,
  runner: 'native',
  backend: { type: 'scripted', model: 'none', key: { from: 'none' }, params: {} },
});

export interface Played {
  events: FactEvent[];
  state: SessionState;
  facts<T extends Fact['type']>(type: T): Extract<FactEvent, { type: T }>[];
}

/** How the winner's agent presents: it ends, with or without a new version, or does not. */
export type Presenting = 'done' | 'fail' | 'hang' | { tree: string };

/** `failing`: trees whose checks fail; `unchecked`: whose checks never end. Throws when the pattern waits for nothing. */
export function play(
  pattern: Pattern,
  players: Record<string, Player>,
  options: {
    spec?: Partial<PatternSpec>;
    failing?: readonly string[] | ((tree: string) => boolean);
    families?: Record<string, string>;
    unchecked?: string[];
    checkSeconds?: number;
    seconds?: number;
    calls?: number;
    presenting?: Presenting;
    size?: Record<string, number>;
    seed?: number;
  } = {},
): Played {
  let state = emptyState;
  let now = 0;
  const events: FactEvent[] = [];
  const due: { at: number; fire: () => void }[] = [];
  const timers = new Set<string>();
  const news = new Map<RunId, Shown[]>();

  const record = (fact: Fact): FactEvent => {
    const event = { ...fact, seq: state.seq + 1, at: now } as FactEvent;
    events.push(event);
    state = reduce(state, event);
    return event;
  };
  const turnNow = () => {
    const turn = currentTurn(state);
    if (turn === undefined) throw new Error('no turn');
    return turn;
  };
  const isOpen = (run: RunId) => turnNow().runs.some((one) => one.id === run && one.ended === undefined);

  record({ type: 'session.started', id: 's', version: 1, folder: '/f' });
  record({
    type: 'turn.started',
    turn: 't1',
    request: [],
    base: 'base',
    summary: { changed: 0, untracked: 0, refused: [] },
    checkSpecs: [],
    agents: Object.keys(players).map((id) => agent(id, options.families?.[id])),
    pattern: { ...spec, ...options.spec },
    settings: { policy: { allow: [], ask: [], deny: [], network: 'none' }, checks: 'detect', dependencies: 'none' },
    limits: { seconds: options.seconds ?? 1800, callsPerRun: 100, ...(options.calls !== undefined && { calls: options.calls }) },
    seed: options.seed ?? 7,
  });

  function work(run: RunId, id: string): void {
    const turn = turnNow();
    const answered = turn.candidates.filter((candidate) => candidate.agent === id).length;
    const shown = turn.shown.filter((one) => one.voter === id).length;
    const player = players[id];
    if (player === undefined) throw new Error(`no player ${id}`);
    const { after, act } = player({ shown, answered, seconds: now / 1000, turn });
    if (typeof act !== 'function' && act.act === 'hang') return;
    due.push({ at: now + after * 1000, fire: () => isOpen(run) && settle(run, id, typeof act === 'function' ? act(turnNow()) : act) });
  }

  function settle(run: RunId, id: string, act: Act): void {
    record({ type: 'message.completed', run, parts: [] });
    const turn = turnNow();
    const mine = turn.candidates.filter((candidate) => candidate.agent === id);
    const failed = (failure: Failure = { code: 'no-answer', message: 'nothing', retryable: true }) =>
      record({ type: 'run.ended', run, reason: 'failed', failure });
    const calls = turn.runs.find((one) => one.id === run)?.calls ?? 0;
    if (act.act === 'refused' && calls < turn.limits.callsPerRun) {
      record({ type: 'ballot.refused', run, why: 'no such label' });
      work(run, id);
      return;
    }
    if (act.act === 'fail') return void failed(act.failure);
    if (act.act === 'answer' && mine.length < turn.pattern.answers) {
      submit(run, id, act.tree);
      record({ type: 'run.ended', run, reason: 'done' });
      return;
    }
    const listed = act.act === 'vote' ? listedBy(turn, id, act) : [];
    const [choice, ...others] = listed;
    if (choice === undefined) return void failed();
    const ranking = others.length > 0 && { ranking: listed };
    record({ type: 'ballot.cast', turn: 't1', run, ballot: { voter: id, choice, reason: 'because', ...ranking } });
    record({ type: 'run.ended', run, reason: 'done' });
  }

  function submit(run: RunId, id: string, tree: string): void {
    const size = { files: 1, added: options.size?.[tree] ?? 1, removed: 0 };
    const number = turnNow().candidates.length + 1;
    record({
      type: 'candidate.submitted',
      candidate: { id: `c${number}`, agent: id, run, turn: 't1', words: [], tree, size, similarity: [] },
    });
  }

  function present(run: RunId, id: string): void {
    const how = options.presenting ?? 'done';
    if (how === 'hang') return;
    if (typeof how === 'object') submit(run, id, how.tree);
    record({ type: 'run.ended', run, reason: how === 'fail' ? 'failed' : 'done' });
  }

  function perform(step: Step): void {
    const turn = turnNow();
    if (step.do === 'run') {
      const run = `r${turn.runs.length + 1}`;
      const { do: _, ...rest } = step;
      record({ type: 'run.started', run, turn: 't1', ...rest });
      if (step.purpose === 'work') work(run, step.agent);
      else due.push({ at: now + 1000, fire: () => isOpen(run) && present(run, step.agent) });
    } else if (step.do === 'show') {
      if (JSON.stringify(news.get(step.run)) === JSON.stringify(step.shown)) return;
      news.set(step.run, step.shown);
      record({ type: 'candidates.shown', run: step.run, shown: step.shown });
    } else if (step.do === 'stop') record({ type: 'run.ended', run: step.run, reason: step.reason });
    else if (step.do === 'set-aside') record({ type: 'agent.set-aside', turn: 't1', agent: step.agent, why: step.why });
    else if (step.do === 'check') {
      const candidate = turn.candidates.find((one) => one.id === step.candidate);
      if (candidate === undefined || turn.checks[candidate.tree] !== undefined) return;
      const { tree } = candidate;
      record({ type: 'check.started', turn: 't1', tree, candidate: step.candidate });
      const { failing = [] } = options;
      const bad = typeof failing === 'function' ? failing(tree) : failing.includes(tree);
      const result = {
        name: 'test',
        command: 'test',
        version: 'base' as const,
        durationMs: 1,
        status: bad ? ('failed' as const) : ('passed' as const),
        ...(bad && { newlyFailing: ['x'] }),
      };
      if (options.unchecked?.includes(tree)) return;
      due.push({
        at: now + (options.checkSeconds ?? 0) * 1000,
        fire: () => record({ type: 'evidence.recorded', turn: 't1', tree, checks: [result] }),
      });
    } else if (step.do === 'wait') {
      if (timers.has(step.what)) return;
      timers.add(step.what);
      due.push({ at: Math.max(now, step.until), fire: () => record({ type: 'time.passed', turn: 't1', what: step.what }) });
    } else record({ type: 'turn.ended', turn: 't1', ...step.decision });
  }

  for (let i = 0; i < 5_000 && turnNow().decision === undefined; i += 1) {
    const before = state.seq;
    for (const step of pattern.next(state)) {
      if (turnNow().decision !== undefined) break;
      perform(step);
    }
    if (state.seq > before) continue;
    due.sort((a, b) => a.at - b.at);
    const first = due.shift();
    if (first === undefined) throw new Error('the pattern waits for nothing');
    now = Math.max(now, first.at);
    first.fire();
  }
  return { events, state, facts: (type) => events.filter((event) => event.type === type) as never };
}

/** What a ballot lists, best first: of each author the latest that the voter was shown. */
function listedBy(turn: TurnState, voter: string, act: Extract<Act, { act: 'vote' }>): CandidateId[] {
  if (typeof act.for === 'object') return act.for;
  const known = turn.shown.filter((one) => one.voter === voter);
  const authorOf = (id: CandidateId) => turn.candidates.find((candidate) => candidate.id === id)?.agent;
  const latest = (shown: ShownState) => known.findLast((one) => authorOf(one.candidate) === authorOf(shown.candidate)) ?? shown;
  const choice = act.for === 'own' ? known.find((one) => authorOf(one.candidate) === voter) : known.at(act.for === 'first' ? 0 : -1);
  if (choice === undefined) return [];
  const order = 'ranking' in act ? (act.ranking === 'back' ? [...known].reverse() : known) : [];
  return [...new Set([choice, ...order].map((shown) => latest(shown).candidate))];
}
