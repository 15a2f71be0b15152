/** A session: one conversation about one folder. Intents come in, facts go out; the rest is a function of the facts. */
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Part } from '../protocol/content.js';
import {
  type AgentSpec,
  type ApplyId,
  type CandidateId,
  type CheckResult,
  type Chosen,
  type Decision,
  type Event,
  LOG_VERSION,
  type Selection,
  type SessionId,
} from '../protocol/events.js';
import { FailureError, fail } from '../protocol/failure.js';
import { currentTurn, emptyState, type SessionState } from '../protocol/state.js';
import { act, type Perform } from './acting.js';
import { type ApplyOutcome, type ApplyRequest, applyChosen, candidateIn, partsOf, recoverApplies, undoLast } from './applying.js';
import { attachment } from './attachment.js';
import { openChecking } from './checking.js';
import { resolveKey, secretsOf } from './config/keys.js';
import { providersFor } from './connecting.js';
import { requireConsent, type StartedTeam } from './consenting.js';
import { checksFromConfig, detectChecks } from './evidence/detect.js';
import type { Facts } from './facts.js';
import type { Host } from './host.js';
import { type Log, openLog } from './log.js';
import { leaveOpen, type Open } from './open-session.js';
import type { Pending } from './pending.js';
import { type Commands, endLeftovers, openCommands } from './process/commands.js';
import { acquireLock } from './process/lock.js';
import { removeTree } from './process/remove-tree.js';
import { familyOf } from './providers/family.js';
import type { Provider } from './providers/provider.js';
import { openRecorder, type Recorder } from './recorder.js';
import { accept, pendingOf, reject } from './rejecting.js';
import { newSessionId } from './session-id.js';
import { dropUnborn, lockSession, sessionFiles } from './sessions.js';
import { steadyClock } from './steady-clock.js';
import { openTape } from './tape.js';
import { patternOf, workTurn } from './turn.js';
import { compose } from './workspace/compose.js';
import { damagedStore } from './workspace/git.js';
import { openStore } from './workspace/open-store.js';
import type { Store } from './workspace/store.js';

export type { ApplyOutcome, ApplyRequest };

/** One writer: it holds the session's lock until it is disposed. */
export interface Session extends AsyncDisposable {
  readonly id: SessionId;
  readonly folder: string;
  readonly store: Store;
  /** As it is now; replaced, never changed. */
  readonly state: SessionState;
  /** All facts so far. */
  readonly facts: Facts;
  /** Calls back for every event from now on, facts and deltas; gives back what ends that. */
  subscribe(listener: (event: Event) => void): () => void;
  /**
   * Works one turn to its outcome. Throws a Failure where nothing could be started (nothing is recorded then), and
   * `interrupted` where the session was disposed meanwhile: everything up to then is kept for `resume`.
   */
  turn(request: readonly Part[], team: StartedTeam): Promise<Decision>;
  /** Goes on with a turn that was cut off; gives the decision of the last turn again where that had ended. */
  resume(): Promise<Decision>;
  /** Ends the turn that is under way, as `cancelled`. */
  stop(): void;
  /** The person's ballot. After the turn's end it decides again, by another `turn.ended`. */
  vote(candidate: CandidateId, reason: string): Decision | undefined;
  /** The person's choice over the agents' heads. */
  choose(candidate: CandidateId, reason?: string): void;
  /** What the person calls the session; '' brings back the first words. */
  rename(title: string): void;
  apply(request: ApplyRequest): Promise<ApplyOutcome>;
  /** What the folder's checks say of the base with what is chosen; recorded like all evidence. Throws `conflict` where it does not go together. */
  check(chosen: readonly Chosen[]): Promise<CheckResult[]>;
  /** Does what an applied answer planned as the person; see acting.ts. */
  act(candidate: CandidateId, place: number, perform: Perform): Promise<boolean>;
  /** Takes back the last apply that stands. */
  undo(options?: { dryRun?: boolean }): Promise<ApplyOutcome>;
  /** What of an apply that stands (the last where none is named) is neither accepted nor rejected yet. */
  pending(apply?: ApplyId): Promise<Pending>;
  /** The person keeps it. `selection` is of the apply's own change, as `pending` numbers it. */
  accept(apply: ApplyId, selection: Selection): Promise<void>;
  /** Takes exactly that out of the folder again: all of it or, with conflicts, nothing. The agents are told of it in the next turn. */
  reject(apply: ApplyId, selection: Selection): Promise<ApplyOutcome>;
  /** Keeps the bytes of an attachment, for a request's part. */
  attach(file: string): Promise<Part>;
  /** Leaves the session: what runs is stopped, everything up to then is kept. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface SessionOptions {
  folder: string;
  host: Host;
  /** A file, or a folder for one, that everything is recorded in, to be played again. */
  record?: string;
}

/** Nothing is written of a new session before its first turn. */
export async function createSession({ folder, host, record }: SessionOptions): Promise<Session> {
  const store = await openStore(folder);
  return new LiveSession(newSessionId(host.now()), store, host, {}, emptyState, record);
}

/** Opens a session to go on with it. Throws `locked` where another process writes it, `log` where its log can only be read. */
export async function openSession({ folder, host, id, record }: SessionOptions & { id: SessionId }): Promise<Session> {
  const files = sessionFiles(folder, id);
  if (!existsSync(files.log))
    throw fail('not-found', `There is no session ${id} in ${folder}.`, { hint: 'massgen sessions list shows them.' });
  const open: Open = { lock: await lockSession(folder, id, `session ${id}`) };
  try {
    // Of a log that can only be read, too, nothing is left running.
    await endLeftovers(files.processes);
    const { log, state } = openLog(files.log);
    open.log = log;
    if (log.readOnly !== undefined) throw new FailureError(log.readOnly);
    const session = new LiveSession(id, await openStore(folder), host, open, state, record);
    await session.recover();
    return session;
  } catch (error) {
    await leaveOpen(open);
    throw error;
  }
}

class LiveSession implements Session {
  readonly folder: string;
  private readonly recorder: Recorder;
  private readonly provider: (agent: AgentSpec) => Promise<Provider>;
  private readonly suspended = new AbortController();
  private stopped = new AbortController();
  private working: Promise<Decision> | undefined;
  private cleaning: Promise<void> = Promise.resolve();
  private opening: Promise<Commands> | undefined;
  private disposed: Promise<void> | undefined;
  private clock = (): number => this.host.now();

  constructor(
    readonly id: SessionId,
    readonly store: Store,
    private readonly host: Host,
    private readonly open: Open,
    begun: SessionState,
    record: string | undefined,
  ) {
    this.folder = realpathSync(store.folder);
    this.recorder = openRecorder(
      () => this.written(),
      () => this.clock(),
      begun,
    );
    const tape = record === undefined ? undefined : openTape(record, id, this.recorder, () => host.now());
    this.provider = providersFor(host, this.recorder, tape);
  }

  get state(): SessionState {
    return this.recorder.state;
  }

  get facts(): Facts {
    return this.recorder.facts;
  }

  subscribe(listener: (event: Event) => void): () => void {
    return this.recorder.subscribe(listener);
  }

  async turn(request: readonly Part[], team: StartedTeam): Promise<Decision> {
    this.requireIdle();
    const last = currentTurn(this.state);
    if (last !== undefined && last.decision === undefined)
      throw fail('usage', 'The last turn of this session was cut off.', { hint: `Go on with it first: massgen resume ${this.id}` });
    return this.work(() => this.start(request, team));
  }

  /** Up to the first fact of a turn. */
  private async start(request: readonly Part[], team: StartedTeam): Promise<void> {
    const { store, host, recorder } = this;
    const { signal } = this.suspended;
    await this.cleaning;
    await this.meet(team);
    await this.claim();
    this.prepare(team.agents);
    const { tree: base, summary } = await store.capture({ forked: true, signal });
    const { checks } = team.settings;
    const checkSpecs = checks === 'detect' ? await detectChecks(store.root, store.prefix) : checksFromConfig(checks, store.prefix);
    await store.keep(`bases/${base}`, base);
    signal.throwIfAborted();
    this.begin();
    const { pattern, limits, settings } = team;
    const agents = team.agents.map((agent) => ({ ...agent, ...familyOf(agent.backend) }));
    const turn = `t${this.state.turns.length + 1}`;
    const facts = { turn, request: [...request], base, summary, checkSpecs, agents, pattern, limits, settings, seed: host.seed() };
    this.clock = steadyClock(Math.max(host.now(), this.state.at));
    recorder.record({ type: 'turn.started', ...facts });
  }

  async resume(): Promise<Decision> {
    this.requireIdle();
    const turn = currentTurn(this.state);
    if (turn === undefined) throw fail('not-found', 'This session has no turn to go on with.');
    if (turn.decision !== undefined) return turn.decision;
    return this.work(async () => {
      await this.meet({ agents: turn.agents });
      if (!(await this.store.has(turn.base))) throw damagedStore(this.store.gitDir, 'it does not have what the turn began with');
      this.suspended.signal.throwIfAborted();
      this.clock = steadyClock(Math.max(this.host.now(), this.state.at));
      this.recorder.record({ type: 'session.resumed' });
    });
  }

  stop(): void {
    this.stopped.abort();
  }

  vote(candidate: CandidateId, reason: string): Decision | undefined {
    const { turn } = candidateIn(this.state, candidate);
    this.recorder.record({ type: 'ballot.cast', turn: turn.turn, ballot: { voter: 'you', choice: candidate, reason } });
    const after = candidateIn(this.state, candidate).turn;
    if (after.decision === undefined) return undefined;
    const { cause, presented, winner } = after.decision;
    const again = patternOf(after).decide(after);
    const decision: Decision = {
      ...again,
      ...(cause !== undefined && { cause }),
      ...(presented !== undefined && winner === again.winner && { presented }),
    };
    this.recorder.record({ type: 'turn.ended', turn: after.turn, ...decision });
    return decision;
  }

  choose(candidate: CandidateId, reason?: string): void {
    const { turn } = candidateIn(this.state, candidate);
    this.recorder.record({ type: 'winner.chosen', turn: turn.turn, by: 'you', candidate, ...(reason !== undefined && { reason }) });
  }

  rename(title: string): void {
    this.recorder.record({ type: 'session.renamed', title: title.replace(/\s+/g, ' ').trim() });
  }

  apply(request: ApplyRequest): Promise<ApplyOutcome> {
    return this.changingFolder(() => applyChosen(this.store, this.recorder, this.host, request));
  }

  async check(chosen: readonly Chosen[]): Promise<CheckResult[]> {
    const { store, recorder } = this;
    const { base, parts, turn } = partsOf(this.state, chosen);
    const { tree, conflicts } = await compose(store.gitDir, base, parts);
    if (conflicts.length > 0) throw fail('conflict', conflicts.map(({ path, why }) => `${path}: ${why}.`).join(' '));
    await store.keep(`trees/${tree}`, tree);
    const checking = openChecking({
      store,
      commands: () => this.commands(),
      recorder,
      turn: turn.turn,
      base,
      specs: turn.checkSpecs,
      discover: turn.settings.checks === 'detect',
      signal: this.suspended.signal,
      records: () => !this.suspended.signal.aborted,
    });
    return (await checking.of(tree)).checks;
  }

  undo({ dryRun = false }: { dryRun?: boolean } = {}): Promise<ApplyOutcome> {
    return this.changingFolder(() => undoLast(this.store, this.recorder, this.host, dryRun));
  }

  act = (candidate: CandidateId, place: number, perform: Perform): Promise<boolean> => act(this.recorder, candidate, place, perform);
  pending = (apply?: ApplyId): Promise<Pending> => pendingOf(this.store, this.state, apply);
  accept = (apply: ApplyId, selection: Selection): Promise<void> => accept(this.store, this.recorder, apply, selection);

  reject(apply: ApplyId, selection: Selection): Promise<ApplyOutcome> {
    return this.changingFolder(() => reject(this.store, this.recorder, this.host, apply, selection));
  }

  async attach(file: string): Promise<Part> {
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw fail('usage', `The attachment ${file} cannot be read.`, { cause });
    });
    return attachment(this.store, basename(file), bytes);
  }

  /** Completes what a killed process had begun to apply, and removes what it left of a turn that had ended. */
  async recover(): Promise<void> {
    await this.changingFolder(() => recoverApplies(this.store, this.recorder, this.host));
    if (currentTurn(this.state)?.decision !== undefined) this.cleanUp();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed ??= this.leave();
    return this.disposed;
  }

  private async leave(): Promise<void> {
    this.suspended.abort();
    // Whoever waits for the turn is told there that it was interrupted.
    await this.working?.catch(() => undefined);
    await this.cleaning;
    const commands = await this.opening?.catch(() => undefined); // It never opened.
    await commands?.[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
    // It never began.
    if (this.open.log === undefined && this.open.lock) await removeTree(sessionFiles(this.folder, this.id).folder);
    await leaveOpen(this.open);
  }

  private requireIdle(): void {
    if (this.working !== undefined) throw fail('usage', 'A turn is under way in this session.');
    if (this.disposed !== undefined) throw fail('interrupted', 'The session was left.');
  }

  private written(): Log {
    if (this.open.log === undefined) throw new Error('The session has not begun');
    return this.open.log;
  }

  /** Makes the session's folder, with its lock as the first that is there. */
  private async claim(): Promise<void> {
    if (this.open.lock !== undefined) return;
    await dropUnborn(this.folder);
    this.open.lock = await lockSession(this.folder, this.id, `session ${this.id}`);
  }

  /** Begins its log. */
  private begin(): void {
    this.open.log ??= openLog(sessionFiles(this.folder, this.id).log).log;
    // A process may have died between the file and its first line.
    if (this.state.seq > 0) return;
    this.recorder.record({ type: 'session.started', id: this.id, version: LOG_VERSION, folder: this.folder });
  }

  /** `begin`: up to the fact from which on there is a turn to be worked. Invariant: from its first moment on, another turn is refused and `stop` is heard. */
  private async work(begin: () => Promise<void>): Promise<Decision> {
    this.stopped = new AbortController();
    const { suspended, stopped } = this;
    this.working = begin()
      .catch((error: unknown) => {
        throw suspended.signal.aborted ? fail('interrupted', 'The session was left before the turn had begun.', { cause: error }) : error;
      })
      .then(() => this.worked(suspended.signal, stopped.signal))
      .finally(() => {
        this.working = undefined;
        this.clock = () => this.host.now();
      });
    const decision = await this.working;
    this.cleanUp();
    return decision;
  }

  private worked(suspended: AbortSignal, stopped: AbortSignal): Promise<Decision> {
    const { id: session, recorder, store, provider } = this;
    const host = { ...this.host, now: this.clock };
    return workTurn({ session, recorder, store, host, commands: () => this.commands(), provider, suspended, stopped });
  }

  /** Copies of a project inside it disturb watchers and test runners. Whoever reads the outcome does not wait for it. */
  private cleanUp(): void {
    this.cleaning = this.store.cleanUp(this.id).catch((error: unknown) => this.host.log('warn', `Workspaces are left: ${String(error)}`));
  }

  private commands(): Promise<Commands> {
    const { folder, processes } = sessionFiles(this.folder, this.id);
    this.opening ??= openCommands({ env: this.host.env, recordFile: processes, privateHome: join(folder, 'home') });
    return this.opening;
  }

  /**
   * What every run needs first is made ready while the folder is read; whoever needs it later is told what went wrong. What runs commands
   * is not: trying its sandbox holds this thread up, and is done while the first models think.
   */
  private prepare(agents: readonly AgentSpec[]): void {
    for (const agent of agents) this.provider(agent).catch(() => undefined);
  }

  /** Invariant: known secrets are hidden before the first fact of a turn. Where no agent has its key, or one may not go where it would, nothing is started. */
  private async meet({ agents, sends }: Pick<StartedTeam, 'agents' | 'sends'>): Promise<void> {
    const { env } = this.host;
    this.recorder.hide(await secretsOf(env, agents));
    const keys = await Promise.allSettled(agents.map((agent) => resolveKey(agent.backend.key, env)));
    const gone = keys.find((key) => key.status === 'rejected');
    if (keys.every((key) => key.status === 'rejected') && gone !== undefined) {
      const { failure } = gone.reason instanceof FailureError ? gone.reason : fail('config', String(gone.reason));
      throw new FailureError({ ...failure, code: 'config' });
    }
    await requireConsent({ agents, ...(sends && { sends }) }, this.folder, this.host, this.suspended.signal);
  }

  /** Two sessions of one folder do not change it at the same time. */
  private async changingFolder<T>(work: () => Promise<T>): Promise<T> {
    await using _ = await acquireLock(join(this.store.home, 'folder.lock'), `a change of the folder by session ${this.id}`);
    return await work();
  }
}
