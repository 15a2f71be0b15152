/** The folder as it is now, as a tree of the store: uncommitted and untracked files with it, nothing of the person's written. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureError } from '../../protocol/failure.js';
import { borrowPacks, objectFolders } from './borrow.js';
import { firstLook, type Seen } from './first-look.js';
import { dropStaleLock, type Looker, lookerAt } from './folder-tree.js';
import { git, gitText } from './git.js';
import { excludesFileOf, included, looksLikeSecret, rulesFor } from './ignored.js';
import { type Layout, type Theirs, theirsNow } from './layout.js';
import { bytesOf, fieldsOf, type PathBytes, readable } from './path-bytes.js';
import { type Followed, gitOf } from './scan.js';
import type { Base } from './store.js';
import { summaryOf } from './summary.js';
import { isOnDisk, NOTHING_TRACKED, seedIndex, signatureOf, type Tracked, trackedBy } from './their-index.js';
import { lockWhenFree } from './turn-taking.js';

export interface CaptureOptions {
  signal?: AbortSignal;
  progress?: (message: string) => void;
  /** Called when there is time for something else; perhaps never. */
  waiting?: () => void;
}

export interface Captured extends Base {
  /** What is on disk of it, where that is known without looking again. */
  seen?: Seen;
}

/** What a capture leaves for the next one. */
interface Memory {
  look: Looker;
  tracked?: Tracked;
  /** Which of the files that a sparse checkout leaves away are on disk nevertheless. */
  sparseOnDisk: string;
  /** The state of `.worktreeinclude`. */
  include?: string;
}

export const captureIndex = (gitDir: string): string => join(gitDir, 'capture.index');

/** A function that captures the folder; what it learns makes the next time cheap. */
export function capturer(layout: Layout): (options?: CaptureOptions) => Promise<Captured> {
  let memory: Memory = { look: lookerAt(), sparseOnDisk: '' };
  return async ({ signal, progress, waiting } = {}) => {
    const slow = progress && setTimeout(() => progress('Reading the folder'), 1000);
    // Another window or process may be capturing the same folder: both would write the same index.
    await using _lock = await lockWhenFree(join(layout.gitDir, 'capture.lock'), 'reading the folder', signal);
    try {
      const theirs = await theirsNow(layout);
      const capture = (fresh: boolean) =>
        captured({ layout, theirs, memory, fresh, ...(signal && { signal }), ...(waiting && { waiting }) });
      try {
        return await capture(false);
      } catch (error) {
        // An index that cannot be used, or objects that are gone, cost one reading of all files, no more.
        if (!(error instanceof FailureError) || error.failure.code !== 'workspace' || signal?.aborted) throw error;
        progress?.('Reading all files of the folder');
        memory = { look: lookerAt(), sparseOnDisk: '' };
        return await capture(true);
      }
    } catch (error) {
      memory = { look: lookerAt(), sparseOnDisk: '' };
      throw error;
    } finally {
      clearTimeout(slow);
    }
  };
}

interface Task {
  layout: Layout;
  theirs: Theirs | undefined;
  memory: Memory;
  /** Begins with nothing known: all files are read. */
  fresh: boolean;
  signal?: AbortSignal;
  waiting?: () => void;
}

async function captured({ layout, theirs, memory, fresh, signal, waiting }: Task): Promise<Captured> {
  const { gitDir, root, prefix, format, modes, links, lookConfig } = layout;
  const at: Followed = {
    gitDir,
    format,
    workTree: root,
    indexFile: captureIndex(gitDir),
    modes,
    links,
    config: lookConfig,
    ...(signal && { signal }),
  };
  await dropStaleLock(at.indexFile);
  if (fresh) await rm(at.indexFile, { force: true });
  const home = bytesOf(prefix === '' ? '.massgen' : `${prefix}/.massgen`);
  // It may be a link to a folder elsewhere.
  const ours = (path: PathBytes) => path === home || path.startsWith(`${home}/`);

  const [written, toInclude] = [writeRules(layout, theirs), includedNow(root)];
  if (!fresh && !existsSync(at.indexFile)) {
    const first = await firstCapture({ at, theirs, memory, ours, written, toInclude, ...(waiting && { waiting }) });
    if (first) return first;
  }
  const [rules, { include, signature: includeNow }, head] = await Promise.all([written, toInclude, theirs && headOf(theirs)]);
  const followedNow = await followed({ at, theirs, memory, fresh, ours });
  const { tracked } = followedNow;
  const listed = followedNow.listed ?? (memory.include === includeNow ? undefined : await listOf(at));
  const left = rules === '' || !theirs ? new Set<PathBytes>() : await leftOut(at, theirs);
  const isTheirs = (path: PathBytes) => tracked.paths.has(path) && !left.has(path) && !ours(path);
  const refused = new Set<PathBytes>();
  const isRefused = (path: PathBytes) => !tracked.paths.has(path) && looksLikeSecret(path) && !include(readable(path));

  const looked = await memory.look(at, {
    drop: async () => [...(await ignoredInIndex(at)), ...(listed ?? []).filter(isRefused), ...left].filter((path) => !isTheirs(path)),
    take: listed ? await missing(at, [...tracked.paths].filter(isTheirs), listed) : [],
    admits: async (paths) => {
      for (const path of paths) if (isRefused(path)) refused.add(path);
      return paths.filter((path) => !ours(path) && !refused.has(path));
    },
  });
  memory.tracked = tracked;
  memory.include = includeNow;
  const counts = await summaryOf({
    layout,
    theirs,
    head,
    tree: looked.tree,
    tracked: tracked.paths,
    isLeftOut: (path) => left.has(path) || ours(path),
  });
  return { tree: looked.tree, summary: { ...counts, refused: [...refused, ...looked.unreadable].map(readable).sort() } };
}

/** Undefined where git is to be asked more. */
async function firstCapture(what: {
  at: Followed;
  theirs: Theirs | undefined;
  memory: Memory;
  ours: (path: PathBytes) => boolean;
  written: Promise<string>;
  toInclude: ReturnType<typeof includedNow>;
  waiting?: () => void;
}): Promise<Captured | undefined> {
  const { at, theirs, memory, ours, written, toInclude, waiting } = what;
  const { include, signature } = await toInclude;
  const first = await firstLook({
    at,
    theirs,
    // What is tracked and left out nevertheless is git's to tell.
    ready: written.then((rules) => !theirs || rules === ''),
    ...(waiting && { waiting }),
    isOurs: ours,
    isRefused: (path) => looksLikeSecret(path) && !include(readable(path)),
  });
  if (!first) return undefined;
  memory.look = lookerAt(first.seen.node);
  memory.tracked = first.tracked;
  memory.sparseOnDisk = '';
  memory.include = signature;
  const summary = { ...first.counts, refused: first.refused.map(readable).sort() };
  return { tree: first.seen.node.id, summary, seen: first.seen };
}

async function includedNow(root: string): Promise<{ include: (path: string) => boolean; signature: string }> {
  const [signature, include] = await Promise.all([signatureOf(join(root, '.worktreeinclude')), included(root)]);
  return { include, signature };
}

/** What was asked so shortly ago is not asked again. */
const JUST_NOW_MS = 2000;

/** The rules that hold for the store, in the one place where git looks. Gives those of `.massgenignore`. */
async function writeRules(layout: Layout, theirs: Theirs | undefined): Promise<string> {
  const { gitDir, root, prefix, excludes } = layout;
  const { all, massgen } = await rulesFor({
    root,
    prefix,
    excludesFile: performance.now() - excludes.at < JUST_NOW_MS ? excludes.file : await excludesFileOf(root),
    ...(theirs && { exclude: join(theirs.commonDir, 'info', 'exclude') }),
  });
  const file = join(gitDir, 'info', 'exclude');
  const before = existsSync(file) ? await readFile(file, 'utf8') : undefined;
  await mkdir(dirname(file), { recursive: true });
  if (before !== all) await writeFile(file, all);
  if (massgen !== '') await writeFile(massgenRules(gitDir), massgen);
  return massgen;
}

const massgenRules = (gitDir: string): string => join(gitDir, 'info', 'massgenignore');

async function headOf({ gitDir }: Theirs): Promise<string> {
  return (await gitText(['rev-parse', '-q', '--verify', 'HEAD^{tree}'], { gitDir, okCodes: [0, 1, 128] })).trim();
}

/**
 * Sees to it that our index follows theirs: begun from it, and again where a sparse checkout decides what counts as deleted.
 * `listed`: what our index holds, where theirs is not the one that was compared last.
 */
async function followed(options: {
  at: Followed;
  theirs: Theirs | undefined;
  memory: Memory;
  fresh: boolean;
  ours: (path: PathBytes) => boolean;
}): Promise<{ tracked: Tracked; listed?: PathBytes[] }> {
  const { at, theirs, memory, fresh, ours } = options;
  if (!theirs) {
    const before = memory.tracked;
    return before === NOTHING_TRACKED ? { tracked: before } : { tracked: NOTHING_TRACKED, listed: await listOf(at) };
  }
  const seed = async () => {
    memory.look = lookerAt();
    const tracked = await seedIndex(at, theirs, ours);
    memory.sparseOnDisk = await sparseOnDisk(at, tracked);
    return { tracked, listed: await listOf(at) };
  };
  if (fresh) return { tracked: await trackedBy(theirs, at.workTree), listed: [] };
  if (!existsSync(at.indexFile)) return seed();
  const known = memory.tracked;
  if (known?.signature === (await signatureOf(theirs.index)))
    return (await sparseOnDisk(at, known)) === memory.sparseOnDisk ? { tracked: known } : seed();
  const [tracked, flagged] = await Promise.all([trackedBy(theirs, at.workTree), listOf(at, '-v')]);
  if (tracked.sparse.length > 0 || flagged.some((row) => /^[Ss] /.test(row))) return seed();
  // Contents that came with a pull need not be written again.
  await borrowPacks(await objectFolders(join(theirs.commonDir, 'objects')), at.gitDir);
  return { tracked, listed: flagged.map((row) => row.slice(2)) };
}

async function sparseOnDisk(at: Followed, tracked: Tracked): Promise<string> {
  const there: PathBytes[] = [];
  for (const path of tracked.sparse) if (await isOnDisk(at.workTree, path)) there.push(path);
  return there.join('\0');
}

const listOf = async (at: Followed, ...flags: string[]): Promise<PathBytes[]> =>
  fieldsOf(await git(['ls-files', '-c', ...flags, '-z'], gitOf(at)));

/** What our index holds and a rule ignores by now. */
async function ignoredInIndex(at: Followed): Promise<PathBytes[]> {
  return fieldsOf(await git([...(at.config ?? []), 'ls-files', '-c', '-i', '--exclude-standard', '-z'], gitOf(at)));
}

/** What is tracked and left out by `.massgenignore` nevertheless. */
async function leftOut(at: Followed, theirs: Theirs): Promise<Set<PathBytes>> {
  const args = ['ls-files', '-c', '-i', '--exclude-from', massgenRules(at.gitDir), '-z'];
  return new Set(fieldsOf(await git(args, { gitDir: theirs.gitDir, workTree: at.workTree, indexFile: theirs.index, okCodes: [0, 128] })));
}

/** Files that are tracked and on disk, but not in our index: as ignored files that were added by force. */
async function missing(at: Followed, tracked: readonly PathBytes[], listed: readonly PathBytes[]): Promise<PathBytes[]> {
  const have = new Set(listed);
  const found: PathBytes[] = [];
  for (const path of tracked) if (!have.has(path) && (await isOnDisk(at.workTree, path))) found.push(path);
  return found;
}
