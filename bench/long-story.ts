/** A session that went on for very long, fact by fact: turns of five agents that call tools, answer and vote. */
import { teamOf } from '../src/engine/config/team.js';
import type { AgentSpec, Event, Fact, FactEvent, RunId, TurnId } from '../src/protocol/events.js';

const AGENTS = 5;
/** Model calls of each run; with them a turn has about a thousand facts. */
const CALLS = 50;

const agents = Array.from({ length: AGENTS }, (_, at): AgentSpec => {
  const backend = { type: 'openai', model: `model-${at}`, key: { from: 'none' as const }, params: {} };
  return { id: `agent${at}`, label: `agent${at}`, runner: 'native', backend };
});
const tree = (seed: number): string => seed.toString(16).padStart(40, '0');
const words = (about: number, length: number): string =>
  `${about}: ${'the bucket is refilled by the time that has passed, '.repeat(1 + length / 50)}`.slice(0, length);

/** Exactly so many facts, numbered. Invariant: each is a value of its own, as if it had been received: no two share a text. */
export function* longStory(count: number): Generator<FactEvent> {
  let seq = 0;
  for (const fact of story()) {
    seq += 1;
    yield JSON.parse(JSON.stringify({ ...fact, seq, at: 1_760_000_000_000 + seq }));
    if (seq === count) return;
  }
}

/** What a window is told of it: with each reply, what was shown of it before. */
export function* longTold(count: number): Generator<Event> {
  for (const event of longStory(count)) {
    if (event.type === 'message.completed') {
      const { run, at } = event;
      for (let n = 1; n <= 3; n += 1) yield { type: 'text.delta', run, text: words(n, 60), after: event.seq - 1, n, at };
    }
    yield event;
  }
}

function* story(): Generator<Fact> {
  yield { type: 'session.started', id: 's1', version: 1, folder: '/home/ada/limiter' };
  for (let turn = 1; ; turn += 1) yield* turnOf(turn);
}

function* turnOf(number: number): Generator<Fact> {
  const turn = `t${number}`;
  const { pattern, limits, settings } = teamOf(agents);
  const request = [{ type: 'text' as const, text: words(number, 200) }];
  const summary = { changed: 0, untracked: 0, refused: [] };
  yield {
    type: 'turn.started',
    turn,
    request,
    base: tree(number),
    summary,
    checkSpecs: [],
    seed: number,
    agents,
    pattern,
    limits,
    settings,
  };
  const first = (number - 1) * AGENTS;
  for (const [at, { id: agent }] of agents.entries())
    yield { type: 'run.started', run: `r${first + at}`, turn, agent, purpose: 'work', shown: [] };
  for (let call = 0; call < CALLS; call += 1) for (let at = 0; at < AGENTS; at += 1) yield* callOf(`r${first + at}`, call);
  for (let at = 0; at < AGENTS; at += 1) yield answerOf(turn, first + at, at);
  for (const [at, { id: voter }] of agents.entries())
    yield { type: 'ballot.cast', turn, run: `r${first + at}`, ballot: { voter, choice: `c${first}`, reason: words(at, 120) } };
  for (let at = 0; at < AGENTS; at += 1) yield { type: 'run.ended', run: `r${first + at}`, reason: 'done' };
  yield { type: 'turn.ended', turn, outcome: 'decided', winner: `c${first}`, standings: [], ballots: { live: AGENTS, needed: AGENTS } };
}

function* callOf(run: RunId, number: number): Generator<Fact> {
  const call = `k${number}`;
  yield { type: 'usage.recorded', run, input: 20_000 + number, output: 300, costUsd: 0.001 };
  yield { type: 'message.completed', run, parts: [{ type: 'text', text: words(number, 250) }] };
  yield { type: 'tool.called', run, call, tool: 'read_file', input: { path: `src/module-${number}/index.ts` }, effect: 'read' };
  yield { type: 'tool.returned', run, call, ok: true, output: words(number, 600), durationMs: 3 };
}

function answerOf(turn: TurnId, number: number, at: number): Fact {
  const { id: agent = '' } = agents[at] ?? {};
  const size = { files: 3, added: 40, removed: 12 };
  const said = [{ type: 'text' as const, text: words(number, 300) }];
  const candidate = { id: `c${number}`, agent, run: `r${number}`, turn, words: said, tree: tree(number), size, similarity: [] };
  return { type: 'candidate.submitted', candidate };
}
