/** The shadow store: a bare repository in `.massgen/store.git` that holds bases, candidates and blobs, and forks workspaces. */

import type { BlobId } from '../../protocol/content.js';
import type { BaseSummary, Candidate, TreeId } from '../../protocol/events.js';
import type { FileDiff } from '../../protocol/review.js';

export interface Base {
  tree: TreeId;
  summary: BaseSummary;
}

/** Between any two trees. Paths are relative to the root of what was captured, with forward slashes; lines of a binary file are 0. */
export type FileChange = Omit<FileDiff, 'hunks' | 'changedBy'>;

export interface Workspace extends AsyncDisposable {
  /** Absolute real path of the workspace: the whole repository's copy. */
  readonly root: string;
  /** Absolute path in it that corresponds to the open folder; where the agent starts. */
  readonly cwd: string;
  /** What git processes in it need (GIT_CEILING_DIRECTORIES …); no inherited GIT_*. */
  readonly env: Readonly<Record<string, string>>;
  /** Roots outside the workspace that dependency links lead to: readable, never writable. */
  readonly linkedRoots: readonly string[];
  /** The tree of the workspace as it is now. `touched`: paths that tools wrote, hashed by name whatever their stat says. */
  snapshot(options?: { touched?: readonly string[]; signal?: AbortSignal }): Promise<TreeId>;
}

export interface CollectOptions {
  /** Objects that are younger stay, as git writes a time: somebody may be about to name them. */
  youngerThan?: string;
}

export interface Store extends AsyncDisposable {
  /** The open folder, absolute and real. */
  readonly folder: string;
  /** The root of what is captured: the repository's top level, or the folder itself without one. */
  readonly root: string;
  /** `folder` relative to `root`, '' where they are the same; forward slashes. */
  readonly prefix: string;
  /** The bare repository that holds the trees: `.massgen/store.git`. */
  readonly gitDir: string;
  /** The `.massgen` folder (in `folder`). */
  readonly home: string;

  /** The folder as it is now, as a tree. Persons' files, index and `.git` are not written. `forked`: workspaces of it are to follow. */
  capture(options?: { signal?: AbortSignal; progress?: (message: string) => void; forked?: boolean }): Promise<Base>;
  /** A new workspace under `home/workspaces/<session>/<name>` at `tree`. An existing one of that name is reopened as it is. */
  fork(options: {
    session: string;
    name: string;
    tree: TreeId;
    dependencies?: 'link' | 'copy' | 'none';
    signal?: AbortSignal;
  }): Promise<Workspace>;
  /** Whether there is a whole workspace of that name. */
  forked(session: string, name: string): boolean;
  /** Writes `tree` into the new directory `to` (without a `.git`); `dependencies` as in `fork`. For evidence and for peers' trees. */
  checkout(tree: TreeId, to: string, options?: { dependencies?: 'link' | 'copy' | 'none'; signal?: AbortSignal }): Promise<Checkout>;
  /** Makes the tree `tree` with some paths replaced by what `other` has there (absent there: removed). */
  overlay(tree: TreeId, other: TreeId, paths: readonly string[]): Promise<TreeId>;
  /** Removes the workspaces of a session; the store keeps its trees. */
  cleanUp(session: string): Promise<void>;

  changes(from: TreeId, to: TreeId, options?: { signal?: AbortSignal }): Promise<FileChange[]>;
  /** A unified diff for reading: binary files are only named, what is not UTF-8 is lost; '' where the trees are equal. */
  diff(
    from: TreeId,
    to: TreeId,
    options?: { paths?: readonly string[]; stat?: boolean; context?: number; signal?: AbortSignal },
  ): Promise<string>;
  /** The same as git's very bytes, which `git apply` takes: text in any encoding, binary files and renames included. */
  patch(from: TreeId, to: TreeId, options?: { paths?: readonly string[]; context?: number; signal?: AbortSignal }): Promise<Uint8Array>;
  /** How much is changed, over all files. */
  sizeOf(from: TreeId, to: TreeId): Promise<Candidate['size']>;
  /** 0…1 for how alike two changes against one base are: equal trees, equal blobs, then Jaccard over (path, sign, line). */
  similarity(base: TreeId, a: TreeId, b: TreeId): Promise<number>;
  /** The contents of those of these paths that are files of the tree. */
  read(tree: TreeId, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;

  putBlob(bytes: Uint8Array | string): Promise<BlobId>;
  getBlob(id: BlobId): Promise<Uint8Array>;
  /** Whether a tree (and all it holds) can be read. */
  has(tree: TreeId): Promise<boolean>;
  /** Keeps a tree from being pruned by naming it with a ref of the store. */
  keep(name: string, tree: TreeId): Promise<void>;
  /** Takes out all that neither these ids, nor the folder as it was captured last, nor a workspace that is there, needs. */
  collect(ids: Iterable<string>, options?: CollectOptions): Promise<void>;
  /** Bytes on disk; what is shared with the person's repository by hard links costs none. */
  size(): Promise<{ store: number; workspaces: number }>;
}

export interface Checkout extends AsyncDisposable {
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly linkedRoots: readonly string[];
}
