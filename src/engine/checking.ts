/** The evidence of one turn: each tree is checked once, against the base, whoever asks. */
import { availableParallelism } from 'node:os';
import type { CandidateId, CheckResult, CheckSpec, TreeId, TurnId } from '../protocol/events.js';
import { type ChecksResult, runChecks } from './evidence/check.js';
import { detectChecks } from './evidence/detect.js';
import { fairSlots } from './evidence/fair-slots.js';
import type { Host } from './host.js';
import type { Commands } from './process/commands.js';
import { checksOf } from './providers/milestones.js';
import type { Recorder } from './recorder.js';
import type { Store } from './workspace/store.js';

export interface CheckingOptions {
  store: Store;
  commands(): Promise<Commands>;
  recorder: Recorder;
  turn: TurnId;
  base: TreeId;
  specs: readonly CheckSpec[];
  /** Checks that only a candidate has are looked for too. */
  discover: boolean;
  /** Ends with the turn. */
  signal: AbortSignal;
  host?: Pick<Host, 'inOrder'>;
  /** Whether what has ended is to be recorded: not where the session goes on later. */
  records(): boolean;
  /** Told of checks that failed or could not be run: whether it is the machine that failed. */
  suspect?(error: unknown): Promise<void>;
}

export interface Checking {
  /** Starts the checks of a tree, or joins those that run or have ended. Recorded either way. */
  of(tree: TreeId, candidate?: CandidateId): Promise<ChecksResult>;
  /** Only some checks, or of no lasting interest: not recorded. */
  some(tree: TreeId, names: readonly string[], show: (text: string) => void): Promise<ChecksResult>;
  /** All that runs has ended. */
  settled(): Promise<void>;
}

/** Files that may bring checks along where the base has none. */
const DEFINES =
  /(^|\/)(package\.json|composer\.json|deno\.jsonc?|makefile|gnumakefile|\.?justfile|taskfile\.ya?ml|rakefile|pyproject\.toml|setup\.(py|cfg)|pytest\.ini|tox\.ini|noxfile\.py|go\.mod|cargo\.toml|pom\.xml|(build|settings)\.gradle(\.kts)?|[^/]*\.(slnx?|[cfv][sb]proj)|cmakelists\.txt|meson\.build|\.rspec|spec_helper\.rb|phpunit\.xml(\.dist)?|mix\.exs|package\.swift|cpanfile|[^/]*\.bats)$|(^|\/)test_[^/]*\.py$|(^|\/)\.github\/workflows\/|(^|\/)\.gitlab-ci\.yml$/i;

export function openChecking(options: CheckingOptions): Checking {
  const { store, recorder, turn, base, specs, signal } = options;
  const running = new Map<TreeId, Promise<ChecksResult>>();
  const slots = fairSlots(Math.max(1, availableParallelism()));

  const known = (tree: TreeId): ChecksResult | undefined => {
    const checks = recorder.state.turns.find((one) => one.turn === turn)?.checks[tree];
    return checks?.results && { checks: checks.results, changed: checks.changed ?? [] };
  };
  const check = async (tree: TreeId, names?: readonly string[], show?: (text: string) => void): Promise<ChecksResult> => {
    if (specs.length === 0 && !(options.discover && (await definesChecks(store, base, tree)))) return { checks: [], changed: [] };
    const baseline = tree === base || specs.length === 0 ? undefined : (await of(base)).checks;
    const commands = await options.commands();
    return runChecks({
      store,
      commands,
      base,
      tree,
      specs,
      signal,
      slot: (work) => slots(tree, work),
      ...(baseline && { baseline }),
      ...(names && { names }),
      ...(show && { show }),
      ...(options.discover && { discover: (root: string) => detectChecks(root, store.prefix) }),
    });
  };
  const recorded = async (tree: TreeId, candidate: CandidateId | undefined): Promise<ChecksResult> => {
    const about = { turn, tree, ...(candidate !== undefined && { candidate }) };
    recorder.record({ type: 'check.started', ...about });
    let why: unknown;
    const result = await check(tree).catch((error: unknown) => {
      why = error;
      return { checks: unknown(specs, error), changed: [] };
    });
    if (why !== undefined || result.checks.some(({ status }) => status === 'failed')) await options.suspect?.(why);
    if (candidate !== undefined) await options.host?.inOrder?.(checksOf(candidate), recorder, signal);
    if (options.records()) {
      const { checks, changed } = result;
      recorder.record({ type: 'evidence.recorded', ...about, checks, ...(changed.length > 0 && { changed }) });
    }
    return result;
  };
  function of(tree: TreeId, candidate?: CandidateId): Promise<ChecksResult> {
    const ended = known(tree);
    if (ended !== undefined) return Promise.resolve(ended);
    const already = running.get(tree);
    if (already !== undefined) return already;
    const promise = recorded(tree, candidate);
    running.set(tree, promise);
    return promise;
  }

  return {
    of,
    some: (tree, names, show) => check(tree, names, show),
    async settled() {
      await Promise.allSettled(running.values());
    },
  };
}

/** Invariant: checks that could not be run are said to be not run, with the reason; they hold nothing against a candidate. */
function unknown(specs: readonly CheckSpec[], error: unknown): CheckResult[] {
  const why = error instanceof Error ? error.message : String(error);
  return specs.map(({ name, command }) => ({ name, command, version: 'base', status: 'not-run', why, durationMs: 0 }));
}

async function definesChecks(store: Store, base: TreeId, tree: TreeId): Promise<boolean> {
  const changes = await store.changes(base, tree);
  return changes.some((change) => DEFINES.test(change.path));
}
