/** The tree of a folder as it is now, by an index of ours that follows it: unchanged files are never read again. */
import { rm } from 'node:fs/promises';
import type { TreeId } from '../../protocol/events.js';
import { entryOnDisk, kindOf, SMALL } from './entry-on-disk.js';
import { git, gitFailure, gitText, runGit } from './git.js';
import { linesOf, type PathBytes } from './path-bytes.js';
import type { Entry } from './raw.js';
import { type Followed, gitOf, scan } from './scan.js';
import { editNode, entryAt, isFolder, loadTree, type TreeNode } from './tree-node.js';

export interface Look {
  /** Paths that are hashed by name, whatever their times say, if they are in the index. */
  touched?: readonly PathBytes[];
  /** Which of the files that are new to the index come in. */
  admits?(paths: readonly PathBytes[]): Promise<readonly PathBytes[]>;
  /** Files of the index that are to leave it; asked while the folder is looked at. */
  drop?(): Promise<readonly PathBytes[]>;
  /** Files that are to come in although a rule ignores them. */
  take?: readonly PathBytes[];
}

export interface Looked {
  tree: TreeId;
  /** Files that may not be read: left out, or as they were when they could be. */
  unreadable: PathBytes[];
}

/** Looks at the folder; one look at a time, as two would write the same index. */
export type Looker = (at: Followed, look?: Look) => Promise<Looked>;

interface Changes {
  changed: PathBytes[];
  gone: PathBytes[];
  touched: PathBytes[];
}

/** At most so many changed files, and `SMALL` bytes of them, are read anew at each look; more go through the index, which then knows them. */
const FEW = 64;
/** How often files may change their kind or vanish in the midst of a look. */
const TRIES = 8;

/** `known`: what the index holds, where that is known already. */
export function lookerAt(known?: TreeNode): Looker {
  /** Invariant: exactly what the index holds, as a tree; undefined where that is not known. */
  let indexed: TreeId | undefined = known?.id;
  let loaded = known;
  const nodeOf = async (at: Followed, tree: TreeId): Promise<TreeNode> => {
    if (loaded?.id !== tree) loaded = await loadTree(at.gitDir, tree, loaded, at.signal);
    return loaded;
  };

  return async (at, look = {}) => {
    const { touched = [], take = [] } = look;
    const unreadable = new Set<PathBytes>();
    const special = new Set<PathBytes>();
    const asIs = (path: PathBytes) => !unreadable.has(path);
    for (let tries = 1; ; tries++) {
      const [found, drop] = await Promise.all([scan(at), look.drop?.() ?? []]);
      const admitted = look.admits && found.untracked.length > 0 ? await look.admits(found.untracked) : found.untracked;
      const gone = new Set([...found.gone, ...drop, ...special]);
      const changes: Changes = {
        changed: [...new Set([...found.changed, ...admitted, ...take])].filter((path) => asIs(path) && !gone.has(path)),
        gone: [...gone],
        touched: touched.filter(asIs),
      };
      const done = (tree: TreeId): Looked => ({ tree, unreadable: [...unreadable] });
      if (indexed !== undefined && sizeOf(changes) === 0) return done(indexed);
      if (indexed !== undefined && sizeOf(changes) <= FEW) {
        const tree = await withFew(at, await nodeOf(at, indexed), changes, SMALL);
        if (tree !== undefined) return done(tree);
      }
      indexed = undefined;
      const failure = await intoIndex(at, changes);
      if (!failure) {
        indexed = (await gitText(['write-tree'], gitOf(at))).trim();
        if (changes.touched.length === 0) return done(indexed);
        const tree = await withFew(at, await nodeOf(at, indexed), { changed: [], gone: [], touched: changes.touched });
        return done(tree ?? indexed);
      }
      if (tries === TRIES) throw failure;
      for (const path of changes.changed) {
        const kind = await kindOf(at.workTree, path);
        if (kind === 'unreadable') unreadable.add(path);
        if (kind === 'special') special.add(path);
      }
    }
  };
}

const sizeOf = ({ changed, gone, touched }: Changes): number => changed.length + gone.length + touched.length;

/** Reads what changed and works the tree out; undefined where that is more than `most` bytes. What vanishes meanwhile is gone. */
async function withFew(at: Followed, top: TreeNode, { changed, gone, touched }: Changes, most?: number): Promise<TreeId | undefined> {
  const edits = new Map<PathBytes, Entry | undefined>(gone.map((path) => [path, undefined]));
  const known = touched.filter((path) => !edits.has(path) && entryAt(top, path) !== undefined);
  let left = most ?? Number.POSITIVE_INFINITY;
  for (const path of new Set([...changed, ...known])) {
    const old = entryAt(top, path);
    const read = await entryOnDisk(at, path, isFolder(old) ? undefined : old, left);
    if (read === 'too-large' || read === 'unreadable') return undefined;
    if (read === 'folder' && isFolder(old)) continue;
    edits.set(path, read === 'folder' ? undefined : read?.entry);
    left -= read === 'folder' ? 0 : (read?.size ?? 0);
  }
  return editNode(at.gitDir, at.format, top, edits).id;
}

/** Has the index take in what changed. Gives the failure where it could not, as when a file vanished in the midst of it. */
async function intoIndex(at: Followed, { changed, gone }: Changes): Promise<Error | undefined> {
  // Removed by name: a path behind what is a link or a file by now is refused otherwise.
  if (gone.length > 0) await git(['update-index', '--force-remove', '-z', '--stdin'], { ...gitOf(at), input: linesOf(gone) });
  // Written even where nothing changed: entries as young as the index itself would be read at every look.
  const args = [...(at.config ?? []), 'update-index', '--add', '--remove', '--replace', '--force-write-index', '-z', '--stdin'];
  const result = await runGit(args, { ...gitOf(at), input: linesOf(changed) });
  return result.code === 0 ? undefined : gitFailure(['update-index'], result);
}

/** What a process that died in the midst of writing an index has left. */
export const dropStaleLock = (indexFile: string): Promise<void> => rm(`${indexFile}.lock`, { force: true });
