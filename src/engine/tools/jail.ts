/** Keeps paths inside an agent's workspace: resolved real paths, symlinks followed. */

/** A path the agent may use, resolved. */
export interface JailedPath {
  /** Absolute real path. */
  absolute: string;
  /** What the agent calls it: relative to the workspace root with forward slashes, or the peer path as given. */
  shown: string;
  /** Relative to the workspace root; absent for peers' trees and dependency targets (readable only). */
  inWorkspace?: string;
}

export type JailVerdict = { ok: true; path: JailedPath } | { ok: false; why: string };

export interface Jail {
  /** Workspace root (absolute, real). */
  readonly root: string;
  /** Where relative paths start: the open folder's copy. */
  readonly cwd: string;
  resolve(path: string, access: 'read' | 'write'): Promise<JailVerdict>;
}
