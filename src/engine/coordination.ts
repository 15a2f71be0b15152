/** What becomes of `new_answer` and `vote`: recorded as facts, or refused with a reason that the agent can act upon. */
import type { Candidate, CandidateId, Label, Shown, TreeId } from '../protocol/events.js';
import type { Planned } from '../protocol/planned.js';
import { standing } from '../protocol/standing.js';
import { type CandidateState, currentTurn, type RunState, type TurnState } from '../protocol/state.js';
import { votingRules } from '../protocol/voting.js';
import { badness } from './patterns/tally.js';
import { isSamePlan, keptOf, plannedBy } from './planned.js';
import type { Recorder } from './recorder.js';
import { newAnswer, vote } from './tools/coordinate.js';
import type { Tool, ToolResult } from './tools/tool.js';
import type { Store } from './workspace/store.js';

export interface CoordinationPort {
  store: Store;
  recorder: Recorder;
  run: Pick<RunState, 'id' | 'turn' | 'agent'>;
  snapshot(): Promise<TreeId>;
  /** The agent's words with paths that hold elsewhere. */
  clean(words: string): string;
  /** Answers that were put forward since, and that the agent is told of with its next message. */
  news(): readonly Shown[];
  /** Resolves once there is news. */
  untilNews(): Promise<void>;
}

/** The tools that are open to the agent now: `new_answer` below the cap, `vote` once it was shown an answer. */
export function coordinationOf(port: CoordinationPort): Tool[] {
  const turn = turnOf(port);
  const answered = turn.candidates.filter((candidate) => candidate.agent === port.run.agent).length;
  const [first, ...rest] = labelsFor(turn, port.run.agent);
  const reads = votingRules[turn.pattern.rule];
  return [
    ...(answered < turn.pattern.answers ? [newAnswer((content, keep) => submit(port, content, keep))] : []),
    ...(first !== undefined ? [vote([first, ...rest], reads, (label, reason, ranking) => cast(port, label, reason, ranking))] : []),
  ];
}

const turnOf = (port: CoordinationPort): TurnState => {
  const turn = currentTurn(port.recorder.state);
  if (turn?.turn !== port.run.turn) throw new Error(`Run ${port.run.id} is not of the current turn`);
  return turn;
};

function labelsFor(turn: TurnState, voter: string): string[] {
  const labels = turn.shown.filter((shown) => shown.voter === voter).map((shown) => shown.label);
  return [...new Set(labels)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Invariant: the tree of a candidate is in the store, and kept there, before its fact is in the log. */
async function submit(port: CoordinationPort, content: string, keep: readonly string[] | undefined): Promise<ToolResult> {
  const words = port.clean(content).trim();
  if (words === '') return refuse(port, 'The words of an answer must not be empty: say what you changed and how you checked it.');
  const tree = await port.snapshot();
  const turn = turnOf(port);
  const planned = keptOf(plannedBy(turn, port.run.agent, port.recorder.facts), keep);
  if ('why' in planned) return refuse(port, planned.why);
  const { plan } = planned;
  const why = notNew(turn, port.run.agent, words, tree, plan) ?? (await notNovel(port, turn, words, tree, plan));
  if (why !== undefined) return refuse(port, why);
  putForward(port.recorder, { ...(await candidateOf(port, words, tree)), ...(plan.length > 0 && { plan }) });
  return { ok: true, output: 'Your answer was put forward.' };
}

function refuse(port: CoordinationPort, why: string): ToolResult {
  port.recorder.record({ type: 'candidate.refused', run: port.run.id, why });
  return { ok: false, output: why };
}

/** Equal words on an equal tree with an equal plan are no news. */
function notNew(turn: TurnState, agent: string, words: string, tree: TreeId, plan: readonly Planned[]): string | undefined {
  const same = turn.candidates.find((one) => one.agent === agent && one.tree === tree && textsOf(one) === words && isSamePlan(one, plan));
  return same && 'Not accepted: this is the answer that you have put forward already. Change something that matters, or vote.';
}

const textsOf = (candidate: Candidate): string => candidate.words.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');

/** From which likeness on an answer is no news: of its change to another's whose checks are no worse, and of words on an equal tree. */
const LIKENESS = { lenient: undefined, balanced: { change: 0.95, words: 0.7 }, strict: { change: 0.85, words: 0.5 } } as const;

async function notNovel(
  port: CoordinationPort,
  turn: TurnState,
  words: string,
  tree: TreeId,
  plan: readonly Planned[],
): Promise<string | undefined> {
  const most = LIKENESS[turn.pattern.novelty];
  if (most === undefined) return undefined;
  const known = standing(turn).filter((one) => one.agent === port.run.agent || isShown(turn, port.run.agent, one));
  for (const one of known) {
    if (!isSamePlan(one, plan)) continue;
    if (one.tree === tree) {
      if (jaccard(words, textsOf(one)) > most.words) return tooAlike;
    } else if (badness(turn, one) === 0 && (await port.store.similarity(turn.base, one.tree, tree)) > most.change) return tooAlike;
  }
  return undefined;
}

const tooAlike =
  'Not accepted: it is nearly the same as an answer that is there already. Make it better in something that matters, or vote.';

const isShown = (turn: TurnState, voter: string, candidate: CandidateState): boolean =>
  turn.shown.some((shown) => shown.voter === voter && shown.candidate === candidate.id);

function jaccard(a: string, b: string): number {
  const [one, other] = [new Set(a.toLowerCase().split(/\s+/)), new Set(b.toLowerCase().split(/\s+/))];
  const both = [...one].filter((word) => other.has(word)).length;
  return both / (one.size + other.size - both);
}

/** Invariant: the number is given in the tick in which the fact is recorded, so no two candidates share one. */
export function putForward(recorder: Recorder, candidate: Omit<Candidate, 'id'>): void {
  const count = recorder.state.turns.reduce((sum, one) => sum + one.candidates.length, 0);
  recorder.record({ type: 'candidate.submitted', candidate: { id: `c${count + 1}`, ...candidate } });
}

/**
 * A candidate of this run, with its size and its likeness to the base, to the agent's previous one and to every other agent's latest.
 * `presents`: the winner that it is a newer version of.
 */
export async function candidateOf(
  port: Pick<CoordinationPort, 'store' | 'recorder' | 'run'>,
  words: string,
  tree: TreeId,
  presents?: string,
): Promise<Omit<Candidate, 'id'>> {
  const { store, recorder, run } = port;
  const turn = currentTurn(recorder.state);
  if (turn === undefined) throw new Error('There is no turn');
  const own = turn.candidates.filter((one) => one.agent === run.agent);
  const previous = turn.candidates.find((one) => one.id === presents) ?? own.at(-1);
  const scores = new Map<CandidateId, number>();
  /** In their order, whichever is told first. */
  const compare = async (ones: readonly Candidate[]) => {
    const found = await Promise.all(ones.map(async ({ id, tree: other }) => [id, await store.similarity(turn.base, other, tree)] as const));
    for (const [id, score] of found) scores.set(id, score);
  };
  const others = () => standing(currentTurn(recorder.state) ?? turn).filter((one) => one.agent !== run.agent && !scores.has(one.id));
  const [size] = await Promise.all([
    store.sizeOf(turn.base, tree),
    compare([...(previous ? [previous] : []), ...others()]),
    store.keep(`trees/${tree}`, tree),
  ]);
  // Answers that are put forward side by side know of each other too.
  for (let late = others(); late.length > 0; late = others()) await compare(late);
  return {
    agent: run.agent,
    run: run.id,
    turn: run.turn,
    words: [{ type: 'text', text: words }],
    tree,
    ...(previous && { previous: previous.id }),
    size,
    similarity: [{ to: 'base', score: tree === turn.base ? 1 : 0 }, ...[...scores].map(([to, score]) => ({ to, score }))],
  };
}

/**
 * Invariant: a ballot is checked and recorded in one tick, so no answer can come between. It is refused where the voter was not shown
 * what it votes for or ranks, where that has been replaced, where news waits that it has not seen, and where it contradicts itself.
 */
async function cast(port: CoordinationPort, label: Label, reason: string, ranking?: readonly Label[]): Promise<ToolResult> {
  const { voter, labels } = { voter: port.run.agent, labels: listed(turnOf(port), label, ranking) };
  if (labels[0] !== label)
    return refuseBallot(port, `Not accepted: agent_id is ${label}, but your ranking begins with ${labels[0]}. Both name the best answer.`);
  const shown: Shown[] = [];
  for (const one of labels) {
    const known = turnOf(port).shown.findLast((known) => known.voter === voter && known.label === one);
    if (known === undefined) return refuseBallot(port, `Not accepted: you were not shown an answer with the label ${one}.`);
    shown.push(known);
  }
  if (!shown.every((one) => stands(port, one)) && port.news().length === 0) await port.untilNews();
  if (port.news().length > 0) return refuseBallot(port, unseenNews);
  const gone = shown.find((one) => !stands(port, one));
  if (gone !== undefined) return refuseBallot(port, `Not accepted: ${gone.label} has been replaced by a newer answer of the same author.`);
  const [choice, ...others] = shown.map((one) => one.candidate);
  if (choice === undefined) throw new Error('A ballot has a choice');
  const ballot = { voter, choice, reason: port.clean(reason), ...(others.length > 0 && { ranking: [choice, ...others] }) };
  port.recorder.record({ type: 'ballot.cast', turn: port.run.turn, run: port.run.id, ballot });
  return { ok: true, output: 'Your vote was counted.' };
}

/** Every label of the ballot once. The order of those approved says nothing: there the choice comes first. */
function listed(turn: TurnState, label: Label, ranking: readonly Label[] = []): Label[] {
  const isOrder = votingRules[turn.pattern.rule] === 'order' && ranking.length > 0;
  return [...new Set(isOrder ? ranking : [label, ...ranking])];
}

const unseenNews =
  'Not accepted: answers were put forward that you have not seen yet. They come with the next message; look at them, then vote or answer.';

const stands = (port: CoordinationPort, { candidate }: Shown): boolean => standing(turnOf(port)).some((one) => one.id === candidate);

function refuseBallot(port: CoordinationPort, why: string): ToolResult {
  port.recorder.record({ type: 'ballot.refused', run: port.run.id, why });
  return { ok: false, output: why };
}
