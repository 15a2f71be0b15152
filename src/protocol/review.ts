/** A candidate's change as a person reads it: files, hunks, and who else changed the same. Values made by the engine, shown by every front. */
import type { CandidateId } from './events.js';

export interface FileDiff {
  /** In the candidate; in the base for a deletion. */
  path: string;
  /** In the base, where the file was renamed. */
  from?: string;
  kind: 'added' | 'modified' | 'deleted' | 'renamed' | 'type-changed' | 'mode-changed';
  binary: boolean;
  added: number;
  removed: number;
  /** How many hunks there are against the base; 0 where it is changed as a whole. Absent: not counted. */
  hunks?: number;
  /** Candidates (latest of each agent) that change this file too, itself included. */
  changedBy: CandidateId[];
}

export interface HunkDiff {
  /**
   * From 1, as `--hunk` and a selection name it. Only where the diff is against the base can hunks be chosen.
   * 0: git matches the lines otherwise once whitespace is ignored, and this is no hunk of the real change.
   */
  number: number;
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** Each begins with ' ', '-' or '+', without its line end (a '\r' stays; what is very long is cut); '\' begins the note that the last line has none. */
  lines: string[];
  /**
   * The numbers by which a selection names the lines, 0 for those that it cannot name. Absent: the lines that begin with '-' or '+'
   * count from 1.
   */
  numbers?: number[];
  /** Other candidates (latest of each agent) whose change has the very same lines at this place. */
  same: CandidateId[];
  /** Other candidates that change some of the same lines of the base otherwise. */
  differently: CandidateId[];
}

/** What an apply of a choice would do, before it does it. */
export interface Preview {
  /** Paths that would be written. */
  paths: string[];
  conflicts: { path: string; why: string }[];
  /** How many of these paths hold edits of the person's own that are kept. */
  kept: number;
}
