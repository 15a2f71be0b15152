/** The files that any answer changes, as one list: who changes each, and whose change of it is shown. */
import type { CandidateId } from '../../protocol/events.js';
import type { FileDiff } from '../../protocol/review.js';

export interface FileRow {
  path: string;
  /** The candidates that change it, with how. */
  by: ReadonlyMap<CandidateId, FileDiff>;
}

export function fileRows(changes: readonly (readonly [CandidateId, readonly FileDiff[]])[]): FileRow[] {
  const rows = new Map<string, Map<CandidateId, FileDiff>>();
  for (const [candidate, files] of changes) {
    for (const file of files) {
      const by = rows.get(file.path) ?? new Map<CandidateId, FileDiff>();
      by.set(candidate, file);
      rows.set(file.path, by);
    }
  }
  return [...rows].map(([path, by]) => ({ path, by })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whose change of a file is shown: that of the answer in view, else of the first who changes it. */
export const shownOf = (row: FileRow, viewed: CandidateId): CandidateId =>
  row.by.has(viewed) ? viewed : ([...row.by.keys()][0] ?? viewed);
