/** Merges what is chosen of a candidate into the folder as it now is, all or nothing, and takes it back. */
import type { Selection, TreeId } from '../../protocol/events.js';

export interface ApplyPlan {
  /** The folder as it is now. */
  before: TreeId;
  /** The folder as it will be. Equal to `before` where there is nothing to do. */
  after: TreeId;
  /** Paths that will be written or removed. */
  paths: string[];
  /** Paths that do not merge; with `markers` they are in `after` with conflict markers, else nothing can be applied. */
  conflicts: { path: string; why: string }[];
}

export interface ApplyRequest {
  base: TreeId;
  candidate: TreeId;
  selection: Selection;
  markers?: boolean;
}
