/** The folder's own checks: what one is, and what it said about a tree. */
import type { BlobId } from './content.js';

/** What a check is, before it has run. */
export interface CheckSpec {
  /** `test`, `lint`, `build`, `types` …; unique. */
  name: string;
  /** The command line, run by a shell in `cwd`. */
  command: string;
  /** Folder to run in, relative to the captured root; '' for the root. */
  cwd: string;
  /** Where it was found: `package.json scripts.test`, `Makefile`, `config` … */
  source: string;
  /** Files that define it (package.json, Makefile, pytest.ini …), relative to the root. */
  definedIn: string[];
  timeoutSeconds: number;
}

export interface CheckResult {
  name: string;
  command: string;
  status: 'passed' | 'failed' | 'timed-out' | 'not-run';
  /** Whose definition of the check ran: the base's, or also the candidate's own where it changed tests or checks. */
  version: 'base' | 'candidate';
  exitCode?: number;
  tests?: { passed: number; failed: number; skipped: number };
  /** Names of failing tests, where the runner prints them; capped. */
  failing?: string[];
  /** What fails here and did not on the base: names of tests, or the check's own name where there are none. */
  newlyFailing?: string[];
  /** What failed in one run and passed in another of the same tree: names of tests, or the check's own. Held against nobody. */
  flaky?: string[];
  /** Why it was not run. */
  why?: string;
  /** Blob with the (capped) output; absent where nothing ran. */
  output?: BlobId;
  durationMs: number;
}
