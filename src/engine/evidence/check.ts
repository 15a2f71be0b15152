/** Runs the folder's own checks on a tree, in a fresh checkout, and says what they said. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CheckResult, TreeId } from '../../protocol/events.js';
import type { CommandSpec, Commands } from '../process/commands.js';
import { removeTree } from '../process/remove-tree.js';
import type { Store } from '../workspace/store.js';
import { type CachePlaces, keepCaches, seedCaches } from './caches.js';
import { type ChangedChecks, changedChecks, type ReadText } from './definitions.js';
import { withTestsOf } from './manifests.js';
import { type CheckRun, notRun, runCheck, STOPPED } from './run-check.js';
import { type CheckSpec, inOrder } from './spec.js';

export interface ChecksOptions {
  store: Store;
  commands: Commands;
  /** The tree that the turn started from; its definitions of the checks are the ones that count. */
  base: TreeId;
  tree: TreeId;
  /** The base's checks. */
  specs: readonly CheckSpec[];
  /** What the checks said of the base. */
  baseline?: readonly CheckResult[];
  /** Waits for a core to run a check on, and gives it back; at once where absent. */
  slot?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Only these checks; all where absent. */
  names?: readonly string[];
  signal: AbortSignal;
  /** For all checks together, in milliseconds; what has not ended by then is said to have been cut off. */
  deadlineMs?: number;
  /** `none` where absent. */
  network?: CommandSpec['network'];
  /** Finds checks that only the candidate has (a project made from nothing), in a checkout of it. */
  discover?: (root: string) => Promise<CheckSpec[]>;
  show?: (text: string) => void;
}

export interface ChecksResult {
  checks: CheckResult[];
  /** Tests and definitions of checks that the candidate changed. */
  changed: string[];
}

/**
 * Where the candidate changed tests or the definition of a check, both versions run: its code under the base's tests, then as it is.
 * Invariant: nothing runs in an agent's workspace, and the base's version runs no test and no script that the candidate wrote.
 */
export async function runChecks(options: ChecksOptions): Promise<ChecksResult> {
  const began = performance.now();
  const timeLeft = (): number => (options.deadlineMs ?? Number.POSITIVE_INFINITY) - (performance.now() - began);
  const specs = inOrder(options.specs).filter((spec) => wanted(options, spec));
  if (options.tree === options.base) return { checks: await runVersion(options, options.tree, 'base', specs, timeLeft), changed: [] };

  const read = reader(options);
  const changed = await changedChecks(
    await options.store.changes(options.base, options.tree, { signal: options.signal }),
    options.specs,
    read,
  );
  const isChanged = changed.paths.length > 0;
  const ofBase = await asBaseHasIt(options, changed);
  const prepare = isChanged ? (root: string) => restoreManifests(root, changed, read) : undefined;
  const [asBefore, asItIs] = await Promise.all([
    runVersion(options, ofBase, 'base', specs, timeLeft, prepare),
    isChanged || options.specs.length === 0 ? runCandidate(options, isChanged ? specs : [], timeLeft) : [],
  ]);
  return { checks: [...asBefore, ...asItIs], changed: changed.paths };
}

const wanted = ({ names }: ChecksOptions, spec: CheckSpec): boolean => names === undefined || names.includes(spec.name);

type TimeLeft = () => number;

/** Runs `specs` in one fresh checkout, which is gone afterwards. */
async function runVersion(
  options: ChecksOptions,
  tree: TreeId,
  version: CheckResult['version'],
  specs: readonly CheckSpec[],
  timeLeft: TimeLeft,
  prepare?: (root: string) => Promise<unknown>,
): Promise<CheckResult[]> {
  if (specs.length === 0) return [];
  return unlessStopped(options, version, specs, () =>
    inCheckout(options, tree, version, timeLeft, async (run) => {
      await prepare?.(run.checkout.root);
      return runAll(run, specs, options.slot);
    }),
  );
}

/** Stopped while a checkout was made: that is no failure of anything. */
async function unlessStopped(
  { signal }: ChecksOptions,
  version: CheckResult['version'],
  specs: readonly CheckSpec[],
  work: () => Promise<CheckResult[]>,
): Promise<CheckResult[]> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) throw error;
    return specs.map((spec) => notRun(spec, version, STOPPED));
  }
}

/**
 * Side by side where they work in different folders. In one folder, or in one that lies in the other, they run in order: they share what
 * is built. So do all of them where they share the machine's ports, which without a sandbox, or with the network open, they do.
 */
async function runAll(run: CheckRun, specs: readonly CheckSpec[], slot: ChecksOptions['slot']): Promise<CheckResult[]> {
  const sharePorts = run.network !== 'none' || run.commands.sandbox === 'none';
  const running: { spec: CheckSpec; ended: Promise<CheckResult> }[] = [];
  for (const spec of specs) {
    const before = running.filter((other) => sharePorts || overlaps(other.spec.cwd, spec.cwd)).map(({ ended }) => ended);
    const work = () => runCheck(run, spec);
    running.push({ spec, ended: Promise.all(before).then(() => (slot === undefined ? work() : slot(work))) });
  }
  return Promise.all(running.map(({ ended }) => ended));
}

const overlaps = (a: string, b: string): boolean => `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`) || a === '' || b === '';

/** The candidate as it is, with the checks that it brought along. */
async function runCandidate(options: ChecksOptions, specs: readonly CheckSpec[], timeLeft: TimeLeft): Promise<CheckResult[]> {
  const { discover } = options;
  if (!discover) return runVersion(options, options.tree, 'candidate', specs, timeLeft);
  return unlessStopped(options, 'candidate', specs, () =>
    inCheckout(options, options.tree, 'candidate', timeLeft, async (run) => {
      const found = await discover(run.checkout.root);
      const added = found.filter((spec) => wanted(options, spec) && !options.specs.some((one) => one.name === spec.name));
      return runAll(run, inOrder([...specs, ...added]), options.slot);
    }),
  );
}

async function inCheckout<T>(
  options: ChecksOptions,
  tree: TreeId,
  version: CheckResult['version'],
  timeLeft: TimeLeft,
  work: (run: CheckRun) => Promise<T>,
): Promise<T> {
  const { store, commands, signal } = options;
  const folder = join(store.home, 'checks', randomUUID());
  await mkdir(folder, { recursive: true });
  try {
    await using checkout = await store.checkout(tree, join(folder, 'tree'), { dependencies: 'link', signal });
    const baseline = options.tree === options.base ? undefined : options.baseline;
    const network = options.network ?? 'none';
    const privateDir = join(folder, 'own');
    const caches: CachePlaces = { home: homedir(), own: join(privateDir, 'home'), kept: join(store.home, 'checks-kept') };
    await seedCaches(caches);
    const result = await work({
      store,
      commands,
      checkout,
      version,
      baseline,
      privateDir,
      caches,
      network,
      signal,
      timeLeft,
      show: options.show,
    });
    if (tree === options.base) await keepCaches(caches);
    return result;
  } finally {
    await removeTree(folder);
  }
}

function reader({ store, base, tree }: ChecksOptions): ReadText {
  return async (version, path) => {
    const bytes = (await store.read(version === 'base' ? base : tree, [path])).get(path);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  };
}

/** The candidate's tree with the base's tests and definitions; added ones are gone, removed ones are back. */
async function asBaseHasIt({ store, base, tree }: ChecksOptions, changed: ChangedChecks): Promise<TreeId> {
  return changed.overlay.length > 0 ? store.overlay(tree, base, changed.overlay) : tree;
}

async function restoreManifests(root: string, changed: ChangedChecks, read: ReadText): Promise<void> {
  for (const path of changed.manifests) {
    const [before, after] = [await read('base', path), await read('candidate', path)];
    const text = before === undefined || after === undefined ? undefined : withTestsOf(path, before, after);
    if (text === undefined) continue;
    const file = join(root, path);
    // Never through what the candidate put there: a link would lead the writing out of the checkout.
    await rm(file, { force: true });
    await writeFile(file, text, { flag: 'wx' });
  }
}
