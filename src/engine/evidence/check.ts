/** Runs the folder's own checks on a tree, in a fresh checkout, and says what they said. */

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
