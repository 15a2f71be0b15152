/** What the pending changes need of the window around them. */
import type { Uri } from 'vscode';
import type { ApplyId, Selection, SessionId, TreeId } from '../../protocol/events.js';
import type { FolderPending } from '../hosting/pendings.js';

/** The sessions of the window's folder. */
export interface PendingFront {
  readonly folder: string;
  pending(): Promise<FolderPending>;
  /** A file of a tree of the store. */
  read(tree: TreeId, path: string): Promise<Uint8Array | undefined>;
  accept(session: SessionId, apply: ApplyId, selection: Selection): Promise<unknown>;
  /** Throws `conflict`, and changes nothing, where it was edited since. */
  reject(session: SessionId, apply: ApplyId, selection: Selection): Promise<unknown>;
  /** Takes back the last apply of a session that stands. */
  undo(session: SessionId): Promise<unknown>;
  /** Something else may be pending. */
  onPending(listener: () => void): { dispose(): void };
}

export interface Ports {
  /** Throws where the window is not trusted. */
  requireTrust(): void;
  /** A file of a tree as a read-only document; without a tree an empty one. */
  treeUri(folder: string, tree: TreeId | undefined, path: string): Uri;
  failed(error: unknown): void;
}
