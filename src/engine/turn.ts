/** Works one turn: asks the pattern what is next and does it, until the turn has an outcome. */
import { join } from 'node:path';
import type { AgentSpec, Decision, RunEndReason, RunId, SessionId, Shown } from '../protocol/events.js';
import { type FailureError, fail, failureOf } from '../protocol/failure.js';
import { currentTurn, type RunState, type TurnState } from '../protocol/state.js';
import { answersText } from './agent/answers.js';
import { guidesOf } from './agent/guides.js';
import { openingOf } from './agent/opening.js';
import { systemPrompt } from './agent/prompts.js';
import { type RunPort, work } from './agent/run.js';
import type { Wording } from './agent/transcript.js';
import { type Checking, openChecking } from './checking.js';
import { coordinationOf } from './coordination.js';
import { evidenceText } from './evidence/text.js';
import type { Host } from './host.js';
import { faultBehind } from './machine.js';
import { patterns } from './patterns/index.js';
import type { Pattern, Step } from './patterns/pattern.js';
import { openPermissions, type Permissions } from './permissions.js';
import { carryOut } from './planned.js';
import { lastWords, putVersion } from './presenting.js';
import type { Commands } from './process/commands.js';
import type { Provider } from './providers/provider.js';
import type { Recorder } from './recorder.js';
import { keepTimers, startTimer, type Timers } from './timing.js';
import { tools } from './tools/index.js';
import { policyFrom } from './tools/policy.js';
import type { Tool } from './tools/tool.js';
import { openWorkplace, type Workplace, withoutRoot, workspaceName, workspaceRoot } from './workplace.js';
import type { Store } from './workspace/store.js';

export interface TurnPorts {
  session: SessionId;
  recorder: Recorder;
  store: Store;
  host: Host;
  commands(): Promise<Commands>;
  /** The model of an agent; connected once. Throws a Failure where its key is gone. */
  provider(agent: AgentSpec): Promise<Provider>;
  /** The session is being left: everything stops, nothing more is recorded, `resume` goes on. */
  suspended: AbortSignal;
  /** The person ends the turn. */
  stopped: AbortSignal;
}

interface Running {
  controller: AbortController;
  /** News for its next model call. */
  inbox: Shown[];
  told: Set<() => void>;
}

/** What one turn works with. */
interface Bench extends TurnPorts {
  pattern: Pattern;
  permissions: Permissions;
  checking: Checking;
  runs: Map<RunId, Running>;
  /** What is wrong with the machine: nothing more is worked or recorded, and `resume` goes on once it is mended. */
  fault: FailureError | undefined;
  tasks: Set<Promise<void>>;
  timers: Timers;
  /** What the base tells those who work on it: read once for all. */
  guides: ReturnType<typeof guidesOf>;
}

export const patternOf = (turn: TurnState): Pattern => {
  const pattern = patterns.find((one) => one.id === turn.pattern.id);
  if (pattern === undefined) throw fail('config', `There is no pattern "${turn.pattern.id}".`);
  return pattern;
};

/** Works the current turn to its outcome, from wherever it stands. Throws `interrupted` where the session is left meanwhile. */
export async function workTurn(ports: TurnPorts): Promise<Decision> {
  const { recorder, store, host, suspended } = ports;
  const turn = turnOf(recorder);
  const over = new AbortController();
  const bench: Bench = {
    ...ports,
    pattern: patternOf(turn),
    permissions: openPermissions({
      home: store.home,
      facts: () => recorder.facts,
      approve: (request, signal) => host.approve(request, signal),
      now: () => host.now(),
    }),
    fault: undefined,
    runs: new Map(),
    tasks: new Set(),
    timers: new Map(),
    guides: guidesOf(store, turn.base),
    checking: openChecking({
      store,
      commands: ports.commands,
      recorder,
      turn: turn.turn,
      base: turn.base,
      specs: turn.checkSpecs,
      discover: turn.settings.checks === 'detect',
      signal: AbortSignal.any([suspended, over.signal]),
      records: () => !isHalted(bench),
      suspect: (error) => suspect(bench, error),
      host,
    }),
  };
  bench.guides.catch(() => undefined); // Each run that needs them is told.
  const wake = (): void => recorder.wake();
  suspended.addEventListener('abort', wake);
  ports.stopped.addEventListener('abort', wake);
  try {
    begin(bench, turn);
    const decision = await untilDecided(bench);
    over.abort();
    await bench.checking.settled();
    recorder.record({ type: 'turn.ended', turn: turn.turn, ...decision });
    return decision;
  } finally {
    over.abort();
    for (const callOff of bench.timers.values()) callOff();
    for (const run of bench.runs.values()) run.controller.abort('cancelled' satisfies RunEndReason);
    await Promise.allSettled(bench.tasks);
    await bench.checking.settled();
    suspended.removeEventListener('abort', wake);
    ports.stopped.removeEventListener('abort', wake);
  }
}

/** Something failed: where it is the machine, the whole turn stops. */
async function suspect(bench: Bench, error?: unknown): Promise<void> {
  bench.fault ??= await faultBehind(bench.store, bench.session, error);
  if (bench.fault !== undefined) bench.recorder.wake();
}

/** The turn goes on later: what is stopped now has not ended. */
const isHalted = (bench: Bench): boolean => bench.suspended.aborted || (bench.recorder.failed ?? bench.fault) !== undefined;

const turnOf = (recorder: Recorder): TurnState => {
  const turn = currentTurn(recorder.state);
  if (turn === undefined) throw new Error('There is no turn');
  return turn;
};

/** Takes up what a process before this one had begun: open runs under their own ids, checks that had not ended. */
function begin(bench: Bench, turn: TurnState): void {
  if (turn.checkSpecs.length > 0) launch(bench, bench.checking.of(turn.base));
  for (const [tree, checks] of Object.entries(turn.checks)) {
    const candidate = turn.candidates.find((one) => one.tree === tree)?.id;
    if (checks.endedAt === undefined) launch(bench, bench.checking.of(tree, candidate));
  }
  for (const run of turn.runs) {
    if (run.ended !== undefined) continue;
    // Its first reply may have come before its workspace was made.
    const wasThere = bench.recorder.ofRun(run.id).some((fact) => fact.type === 'tool.returned');
    const lost = wasThere && !bench.store.forked(bench.session, workspaceName(run));
    if (lost) bench.recorder.record({ type: 'run.ended', run: run.id, reason: 'interrupted' });
    else start(bench, run);
  }
}

async function untilDecided(bench: Bench): Promise<Decision> {
  const { recorder, pattern, suspended, stopped } = bench;
  for (;;) {
    if (suspended.aborted) throw fail('interrupted', 'The turn was interrupted; everything up to then is kept.', { retryable: true });
    // Whoever could not record has stopped, and nobody else would wake this loop.
    const broken = recorder.failed ?? bench.fault;
    if (broken !== undefined) throw broken;
    const turn = turnOf(recorder);
    const steps = stopped.aborted ? cancelling(turn, pattern) : pattern.next(recorder.state);
    const end = steps.find((step) => step.do === 'end');
    if (end?.do === 'end') return end.decision;
    keepTimers(bench.timers, steps, (what, until) => timerOf(bench, what, until));
    for (const step of steps) perform(bench, step);
    await recorder.changed();
  }
}

/** The person ended it: runs are stopped, then the turn ends without a winner. */
function cancelling(turn: TurnState, pattern: Pattern): Step[] {
  const open = turn.runs.filter((run) => run.ended === undefined);
  if (open.length > 0) return open.map((run): Step => ({ do: 'stop', run: run.id, reason: 'cancelled' }));
  const { standings, ballots } = pattern.decide(turn);
  return [{ do: 'end', decision: { outcome: 'cancelled', standings, ballots } }];
}

/** Records the intent, then starts the effect; idle on what is under way already. */
function perform(bench: Bench, step: Step): void {
  const { recorder } = bench;
  const { turn } = turnOf(recorder);
  switch (step.do) {
    case 'run': {
      const { do: _, ...rest } = step;
      const run = `r${recorder.state.turns.reduce((sum, one) => sum + one.runs.length, 0) + 1}`;
      recorder.record({ type: 'run.started', run, turn, ...rest });
      const started = turnOf(recorder).runs.find((one) => one.id === run);
      if (started !== undefined) start(bench, started);
      return;
    }
    case 'show':
      tell(bench.runs.get(step.run), step.shown);
      return;
    case 'stop':
      bench.runs.get(step.run)?.controller.abort(step.reason);
      return;
    case 'check': {
      const candidate = turnOf(recorder).candidates.find((one) => one.id === step.candidate);
      if (candidate !== undefined) launch(bench, bench.checking.of(candidate.tree, candidate.id));
      return;
    }
    case 'set-aside':
      recorder.record({ type: 'agent.set-aside', turn, agent: step.agent, why: step.why });
      return;
    default:
      return;
  }
}

function tell(run: Running | undefined, shown: Shown[]): void {
  if (run === undefined) return;
  run.inbox = shown;
  for (const resolve of run.told) resolve();
  run.told.clear();
}

/** Invariant: time is a fact. */
function timerOf(bench: Bench, what: string, until: number): () => void {
  return startTimer(bench.host, bench.recorder, what, until, () => {
    const passed = (): void => void bench.recorder.record({ type: 'time.passed', turn: turnOf(bench.recorder).turn, what });
    if (!bench.suspended.aborted) launch(bench, Promise.resolve().then(passed));
  });
}

function launch(bench: Bench, task: Promise<unknown>): void {
  const kept = task.then(
    () => undefined,
    (error: unknown) => {
      // What the whole turn ends with is not told by each of its parts.
      if (bench.recorder.failed === undefined) bench.host.log('warn', failureOf(error).message);
    },
  );
  bench.tasks.add(kept);
  kept.finally(() => bench.tasks.delete(kept));
}

function start(bench: Bench, run: RunState): void {
  const running: Running = { controller: new AbortController(), inbox: [], told: new Set() };
  bench.runs.set(run.id, running);
  launch(bench, conduct(bench, run, running));
}

/** The run boundary: whatever ends a run becomes its `run.ended`, but for a session that is left. */
async function conduct(bench: Bench, run: RunState, running: Running): Promise<void> {
  const { recorder } = bench;
  const end = (reason: RunEndReason, error?: unknown): void => {
    if (isHalted(bench)) return;
    recorder.record({ type: 'run.ended', run: run.id, reason, ...(reason === 'failed' && { failure: failureOf(error) }) });
  };
  try {
    await inWorkplace(bench, run, running);
    end('done');
  } catch (error) {
    const { signal } = running.controller;
    if (!signal.aborted) await suspect(bench, error);
    end(signal.aborted ? (signal.reason as RunEndReason) : 'failed', error);
  } finally {
    bench.runs.delete(run.id);
  }
}

async function inWorkplace(bench: Bench, run: RunState, running: Running): Promise<void> {
  const { recorder, store, permissions, suspended } = bench;
  const turn = turnOf(recorder);
  const signal = AbortSignal.any([suspended, running.controller.signal]);
  signal.throwIfAborted();
  const own = turn.candidates.findLast((one) => one.agent === run.agent && one.purpose === 'work');
  const from = run.from === undefined ? own : turn.candidates.find((one) => one.id === run.from);
  const place: { snapshot?: () => ReturnType<Workplace['snapshot']> } = {};
  await using workplace = openWorkplace({
    store,
    recorder,
    permissions,
    commands: bench.commands,
    policy: policyFrom({ ...turn.settings.policy, lines: turn.checkSpecs.map((spec) => spec.command) }),
    session: bench.session,
    dependencies: turn.settings.dependencies,
    run,
    tree: from?.tree ?? turn.base,
    signal,
    checks: async (names) => {
      const tree = await (place.snapshot?.() ?? Promise.reject(new Error('The workspace is not there yet')));
      const result = names === undefined ? await bench.checking.of(tree) : await bench.checking.some(tree, names, () => undefined);
      return { checks: result.checks, text: await evidenceText(result.checks, result.changed, store) };
    },
    planning: run.purpose === 'work' && turn.settings.planning !== false,
  });
  place.snapshot = () => workplace.snapshot();
  if (run.purpose === 'present' && from !== undefined) {
    const context = (call: string) => workplace.context(call);
    await carryOut({ recorder, run: run.id, candidate: from, tools, context, signal, now: () => bench.host.now() });
  }
  const port = await portOf(bench, run, running, workplace, signal);
  await work(port);
  if (run.purpose === 'present') await putVersion({ store, recorder, run }, workplace);
}

async function portOf(bench: Bench, run: RunState, running: Running, workplace: Workplace, signal: AbortSignal): Promise<RunPort> {
  const { recorder, store, host, session } = bench;
  const turn = turnOf(recorder);
  const agent = turn.agents.find((one) => one.id === run.agent);
  if (agent === undefined) throw new Error(`There is no agent ${run.agent}`);
  const [provider, guides] = await Promise.all([bench.provider(agent), bench.guides]);
  const root = workspaceRoot(store, session, workspaceName(run));
  const offered = (tools as readonly Tool[]).filter((tool) => agent.tools === undefined || agent.tools.includes(tool.name));
  return {
    run,
    agent,
    provider,
    limits: turn.limits,
    signal,
    facts: () => recorder.ofRun(run.id),
    record: (fact) => void recorder.record(fact),
    emit: (delta) => recorder.emit(delta),
    now: () => host.now(),
    context: (call) => workplace.context(call),
    async suspect() {
      await suspect(bench);
      if (bench.fault !== undefined) throw bench.fault;
    },
    system: systemPrompt({
      purpose: run.purpose,
      pattern: turn.pattern,
      agents: turn.agents.length,
      checks: turn.checkSpecs.map((spec) => spec.name),
      guides,
      ...(agent.instructions !== undefined && { instructions: agent.instructions }),
    }),
    wording: wordingOf(bench, run, workplace),
    position: () => completedBy(recorder, run),
    takeNews: () => running.inbox.splice(0),
    tools: offered,
    coordination: () =>
      run.purpose === 'present'
        ? []
        : coordinationOf({
            store,
            recorder,
            run,
            snapshot: () => workplace.snapshot(),
            clean: (words) => withoutRoot(words, root, join(root, store.prefix)),
            news: () => running.inbox,
            untilNews: () => toldOf(running, signal),
          }),
    media: (part) => store.getBlob(part.blob),
  };
}

/** Replies of this agent and purpose in the whole session. */
const completedBy = (recorder: Recorder, { agent, purpose }: RunState): number =>
  recorder.state.turns
    .flatMap((turn) => turn.runs)
    .filter((run) => run.agent === agent && run.purpose === purpose)
    .reduce((sum, run) => sum + run.calls, 0);

function toldOf(running: Running, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    running.told.add(resolve);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Words are made once for each fact: what a model was told does not change under it. */
function wordingOf(bench: Bench, run: RunState, workplace: Workplace): () => Promise<Wording> {
  const { recorder, store } = bench;
  const first = recorder.ofRun(run.id).find((fact) => fact.type === 'run.started');
  const shown = first?.type === 'run.started' ? first.shown : [];
  const texts = new Map<number, Promise<string>>();
  const pathOf = (label: string): string => workplace.pathOf(label);
  const opening = openingOf({
    store,
    state: recorder.state,
    turn: turnOf(recorder),
    run,
    shown,
    pathOf,
    closing: (id) => lastWords(recorder, id),
  });
  workplace.layOut(shown, opening);
  const news = (told: readonly Shown[], seq: number): Promise<string> => {
    const known = texts.get(seq);
    if (known !== undefined) return known;
    const text = answersText(store, told, { voter: run.agent, turn: turnOf(recorder), pathOf }).then(
      (answers) => `Meanwhile another answer was put forward. Take it into account.\n\n${answers}`,
    );
    workplace.layOut(told, text);
    texts.set(seq, text);
    return text;
  };
  return async () => ({ opening: await opening, news });
}
