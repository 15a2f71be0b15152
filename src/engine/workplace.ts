/** Where one run works: its workspace, the files of the answers it was shown, and the walls around its commands. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunId, SessionId, Settings, Shown, TreeId } from '../protocol/events.js';
import { currentTurn, type RunState } from '../protocol/state.js';
import { find } from './agent/answers.js';
import type { Approval } from './host.js';
import type { Permissions } from './permissions.js';
import type { Commands } from './process/commands.js';
import { removeTree } from './process/remove-tree.js';
import type { Recorder } from './recorder.js';
import { openBackground } from './tools/background.js';
import { type Jail, openJail, type Readable } from './tools/jail.js';
import type { Policy } from './tools/policy.js';
import type { Background, Beyond, CommandScope, ToolContext } from './tools/tool.js';
import { replaceLinks } from './workspace/own-dependencies.js';
import type { Store, Workspace } from './workspace/store.js';

export interface WorkplaceOptions {
  store: Store;
  recorder: Recorder;
  permissions: Permissions;
  commands(): Promise<Commands>;
  policy: Policy;
  session: SessionId;
  dependencies: Settings['dependencies'];
  run: Pick<RunState, 'id' | 'turn' | 'agent' | 'from'>;
  /** What the workspace begins with where it is new. */
  tree: TreeId;
  signal: AbortSignal;
  checks: ToolContext['checks'];
  /** What cannot be taken back is described, not done. */
  planning: boolean;
}

export interface Workplace extends AsyncDisposable {
  /** The absolute path of the workspace, whether or not it is there yet. */
  readonly root: string;
  /** What a tool call works with; made when it is first needed. */
  context(call: string): Promise<ToolContext>;
  /**
   * Lays out the workspace and the files of answers that the agent is shown; what replaces an older version of a label takes its place.
   * The model's first reply does not wait for it; and as it takes the whole machine, it waits until `after`, the words of the request, is made
   * and requests have had time to go out.
   */
  layOut(shown: readonly Shown[], after: Promise<unknown>): void;
  /** The path by which the agent's tools read the files of an answer. */
  pathOf(label: string): string;
  /** The tree of the workspace as it is now. */
  snapshot(): Promise<TreeId>;
}

interface Made {
  workspace: Workspace;
  /** Makes the dependencies of the workspace its own. */
  own(): Promise<void>;
  jail: Jail;
  scope: CommandScope;
  background: Background & AsyncDisposable;
  commands: Commands;
}

/** An agent keeps its workspace through a turn; a run that starts from a given answer has one of its own. Names say nothing of who works there. */
export function workspaceName(run: WorkplaceOptions['run']): string {
  const of = run.from === undefined ? `${run.turn}/${run.agent}` : `${run.turn}/${run.id}`;
  return createHash('sha256').update(of).digest('hex').slice(0, 8);
}

export const workspaceRoot = (store: Pick<Store, 'home'>, session: SessionId, name: string): string =>
  join(store.home, 'workspaces', session, name);

export function openWorkplace(options: WorkplaceOptions): Workplace {
  const { store, recorder, session, run, signal } = options;
  const name = workspaceName(run);
  const root = workspaceRoot(store, session, name);
  const peers = `${root}-peers`;
  const readable = new Map<string, Readable>();
  let layingOut: Promise<unknown> = Promise.resolve();
  let hurry: () => void = () => undefined;
  const wanted = new Promise<void>((resolve) => {
    hurry = resolve;
  });
  let making: Promise<Made> | undefined;

  const made = (): Promise<Made> => {
    making ??= make(options, { name, peers, readable: () => [...readable.values()] });
    return making;
  };

  const pathOf = (label: string): string => posix.join(upFrom(store.prefix), `${name}-peers`, label);
  const layOut = (shown: readonly Shown[], after: Promise<unknown>): void => {
    const turn = currentTurn(recorder.state);
    if (turn === undefined) return;
    const goneOut = after.then(() => Promise.race([wanted, sleep(HEAD_START_MS, undefined, { ref: false })]));
    layingOut = layingOut.then(() => goneOut).then(made);
    layingOut.catch(() => undefined); // Whoever needs it is told.
    for (const { candidate: id, label } of shown) {
      const candidate = find(turn, id);
      if (candidate.agent === run.agent) continue;
      const to = join(peers, label);
      layingOut = layingOut.then(async () => {
        await removeTree(to);
        await mkdir(peers, { recursive: true });
        await store.checkout(candidate.tree, to, { dependencies: 'none', signal });
        readable.set(label, { path: to, shownAs: pathOf(label) });
      });
      layingOut.catch(() => undefined); // Whoever reads there is told.
    }
  };

  return {
    root,
    pathOf: (label) => posix.join(pathOf(label), store.prefix),
    layOut,
    async context(call) {
      hurry();
      const { workspace, jail, scope, background, commands, own } = await made();
      await layingOut;
      return {
        jail,
        commands,
        policy: options.policy,
        env: workspace.env,
        commandScope: scope,
        beforeInstall: own,
        background,
        signal,
        show: shownTo(SHOWN, (text) => recorder.emit({ type: 'output.delta', run: run.id, call, text })),
        approve: (what, why, beyond) => approve(options, call, { what, why, beyond }),
        planning: options.planning,
        checks: options.checks,
      };
    },
    async snapshot() {
      const { workspace } = await made();
      return workspace.snapshot({ touched: touchedBy(recorder, run.id), signal });
    },
    async [Symbol.asyncDispose]() {
      hurry();
      const there = await making?.catch(() => undefined); // It was never there.
      await there?.background[Symbol.asyncDispose]();
      await layingOut.catch(() => undefined); // Nobody reads there any more.
    },
  };
}

/** Side by side, agents' requests go out within this; their replies take far longer, as a rule. */
const HEAD_START_MS = 60;

/** Characters of one call's output that are shown while it runs: what follows is in its result, as far as that holds it. */
const SHOWN = 256 * 1024;

/** Invariant: a command that prints a gigabyte fills nobody's memory with what is on its way to be shown. */
function shownTo(most: number, show: (text: string) => void): (text: string) => void {
  let left = most;
  return (text) => {
    if (left <= 0) return;
    show(text.length <= left ? text : `${text.slice(0, left)}\n[more is not shown while it runs]\n`);
    left -= text.length;
  };
}

const upFrom = (prefix: string): string => '../'.repeat(prefix === '' ? 1 : prefix.split('/').length + 1);

async function make(
  options: WorkplaceOptions,
  { name, peers, readable }: { name: string; peers: string; readable: () => Readable[] },
): Promise<Made> {
  const { store, session, tree, dependencies, signal, policy } = options;
  const [commands, workspace] = await Promise.all([options.commands(), store.fork({ session, name, tree, dependencies, signal })]);
  const linked = workspace.linkedRoots.map((path) => ({ path, shownAs: path }));
  const jail = await openJail({
    root: workspace.root,
    cwd: workspace.cwd,
    folder: store.folder,
    folderRoot: store.root,
    readable: () => [...readable(), ...linked],
  });
  await mkdir(peers, { recursive: true });
  // Invariant: of the person's folder a command sees its own workspace, the files it was shown and what dependency links lead to; nothing
  // of other agents, of the session's log, or of files that were left out of the base.
  const scope: CommandScope = {
    writable: [workspace.root],
    readOnly: [...workspace.linkedRoots, peers, store.gitDir],
    // Its home may lie elsewhere, where it is a link.
    unreadable: [store.root, store.home],
    network: policy.network,
  };
  return {
    workspace,
    own: owning(store, workspace, signal),
    jail,
    scope,
    commands,
    background: openBackground(commands, { ...scope, env: workspace.env }),
  };
}

/** One at a time, and once for all: links that were replaced do not come back. */
function owning(store: Store, { root, linkedRoots }: Workspace, signal: AbortSignal): () => Promise<void> {
  let owned: Promise<unknown> | undefined;
  return async () => {
    owned ??= replaceLinks({ from: store.root, root, prefix: store.prefix, linkedRoots, signal });
    try {
      await owned;
    } catch (error) {
      owned = undefined;
      throw error;
    }
  };
}

/** Intent before effect: what is asked is written down, then what was answered. */
async function approve(
  { recorder, permissions, run, signal }: WorkplaceOptions,
  call: string,
  { what, why, beyond }: { what: string; why: string; beyond: Beyond | undefined },
): Promise<{ allowed: boolean; why?: string }> {
  const asked = recorder.ofRun(run.id).findLast((fact) => fact.type === 'tool.called' && fact.call === call);
  const effect = asked?.type === 'tool.called' ? asked.effect : 'run';
  const once = beyond && { once: true as const };
  recorder.record({ type: 'approval.requested', run: run.id, call, effect, what, why, ...once });
  const answer: Approval =
    beyond?.granted !== undefined
      ? { answer: 'allowed', by: 'policy', why: beyond.granted }
      : wasAskedFor(recorder, call, what)
        ? { answer: 'denied', by: 'policy', why: 'it was part of the plan that was asked for already' }
        : await permissions.ask({ run: run.id, call, agent: run.agent, effect, what, why, ...once }, signal);
  recorder.record({ type: 'approval.answered', run: run.id, call, ...answer });
  return { allowed: answer.answer === 'allowed', ...(answer.why !== undefined && { why: answer.why }) };
}

/** Invariant: what was planned is done once; a model that presents cannot have it done again. */
const wasAskedFor = (recorder: Recorder, call: string, what: string): boolean =>
  currentTurn(recorder.state)?.acts.some((act) => act.what === what && act.call !== call) === true;

/** Paths that tools wrote in this run: hashed by name in a snapshot, whatever their times say. */
function touchedBy(recorder: Recorder, run: RunId): string[] {
  return recorder.ofRun(run).flatMap((fact) => (fact.type === 'tool.returned' ? (fact.wrote ?? []) : []));
}

/** Paths of the workspace as words name them become relative, so that they hold for everyone who reads the words later. */
export function withoutRoot(words: string, root: string, cwd: string): string {
  const inside = relative(root, cwd);
  const folders = inside === '' ? [root] : [join(root, inside), root];
  return folders.reduce((text, folder) => text.replaceAll(`${folder}/`, '').replaceAll(folder, '.'), words);
}
