/** One row of the corpus: what is tried, and what must not come of it. */

/** What every attempt is held to, seen from outside; `must` says which of it the row is about. */
export type Harm =
  /** Something outside the workspace was written, made, changed or removed. */
  | 'write'
  /** A secret, or another's work, was printed or brought into the workspace. */
  | 'read'
  /** A service of the machine or of another was reached. */
  | 'reach'
  /** A process that is not the command's own was ended or stopped, or one outlived it. */
  | 'process';

interface Row {
  family: string;
  name: string;
  must: Harm;
}

/** A shell command, run in the sandbox as `run_command` runs it, in a folder of its own in the workspace. */
export interface CommandAttempt extends Row {
  command: string;
  /** Needs a start of the sandbox to itself: it would end the other attempts. */
  alone?: true;
  /** Seen to succeed where nothing holds it: the probe can fail. */
  control?: true;
  /** Programs without which it says nothing. */
  needs?: string;
}

/** Calls of file tools, one after another. */
export interface CallAttempt extends Row {
  /** Shell that sets the stage, run in the sandbox first. */
  stage?: string;
  calls: readonly (readonly [tool: string, input: Readonly<Record<string, unknown>>])[];
}

export type Attempt = CommandAttempt | CallAttempt;

export const isCall = (attempt: Attempt): attempt is CallAttempt => 'calls' in attempt;

type Extra = Partial<Pick<CommandAttempt, 'alone' | 'control' | 'needs'>>;

/** Rows of commands of one family: name, command, and what more there is to say. */
export const commands = (
  family: string,
  must: Harm,
  rows: readonly (readonly [name: string, command: string, extra?: Extra])[],
): CommandAttempt[] => rows.map(([name, command, extra]) => ({ family, must, name, command, ...extra }));

export const calls = (
  family: string,
  must: Harm,
  rows: readonly (readonly [name: string, calls: CallAttempt['calls'], stage?: string])[],
): CallAttempt[] => rows.map(([name, list, stage]) => ({ family, must, name, calls: list, ...(stage !== undefined && { stage }) }));
