/** Puts what was chosen of several candidates of one base together, before it meets the folder. */
import type { Selection, TreeId } from '../../protocol/events.js';
import { whyBetween } from './conflict-words.js';
import { mergeTrees } from './merge.js';
import { rawChanges } from './raw.js';
import { selectedTree } from './selection.js';

/** What is chosen of one candidate. */
export interface Part {
  /** What a person calls the candidate. */
  name: string;
  tree: TreeId;
  selection: Selection;
}

export interface Composed {
  /** The base with all that is chosen; without what is in conflict. */
  tree: TreeId;
  /** Paths at which two candidates do not go together. */
  conflicts: { path: string; why: string }[];
}

/**
 * Each part grows from the base; they are merged three-way with one another.
 * Invariant: the order of choosing changes nothing, and all of one candidate alone is that candidate. Nothing is guessed: what both changed
 * otherwise is a conflict.
 */
export async function compose(gitDir: string, base: TreeId, parts: readonly Part[], signal?: AbortSignal): Promise<Composed> {
  const composed: Composed = { tree: base, conflicts: [] };
  const before: { name: string; paths: ReadonlySet<string> }[] = [];
  for (const { name, tree, selection } of inOrder(parts)) {
    const chosen = await selectedTree(gitDir, base, tree, selection, signal);
    const merged = await mergeTrees(gitDir, base, composed.tree, chosen, signal ? { signal } : {});
    for (const { path, clash } of merged.conflicts) {
      const others = before.filter((other) => other.paths.has(path)).map((other) => other.name);
      composed.conflicts.push({ path, why: whyBetween(clash, others.join(' and ') || 'another candidate', name) });
    }
    composed.tree = merged.tree;
    const changes = await rawChanges(gitDir, base, chosen);
    before.push({ name, paths: new Set(changes.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]))) });
  }
  return composed;
}

/** One part for each candidate, by name. */
function inOrder(parts: readonly Part[]): Part[] {
  const byName = new Map<string, Part>();
  for (const part of parts) {
    const same = byName.get(part.name);
    const selection = same?.selection === 'all' || part.selection === 'all' ? 'all' : [...(same?.selection ?? []), ...part.selection];
    byName.set(part.name, { ...part, selection });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
