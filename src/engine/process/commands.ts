/** Runs commands: in a sandbox where the machine has one, in recorded process groups, with output caps that keep head and tail. */

export interface CommandSpec {
  /** A shell command line. */
  command: string;
  cwd: string;
  /** Added to the allow-listed environment (PATH, LANG, own HOME and TMPDIR …). */
  env?: Readonly<Record<string, string>>;
  /** Absolute paths that may be written; everything else is read-only. */
  writable: readonly string[];
  /** Absolute paths below a writable root that stay read-only (targets of dependency links …). */
  readOnly?: readonly string[];
  /** Absolute paths that cannot be read. Home secrets never can. */
  unreadable?: readonly string[];
  network: 'none' | 'open' | { domains: readonly string[] };
  timeoutMs: number;
  signal?: AbortSignal;
  /** Called with text as it comes, stdout and stderr in order of arrival. */
  onOutput?: (text: string) => void;
  /** Bytes of output kept, half of it head and half tail; 64 KiB where absent. */
  maxOutputBytes?: number;
}

export interface CommandResult {
  /** null when it was ended by a signal. */
  exitCode: number | null;
  endedBy: 'exit' | 'timeout' | 'abort' | 'signal';
  /** stdout and stderr together, capped; the cut is marked in the text. */
  output: string;
  durationMs: number;
}

export interface BackgroundCommand {
  readonly id: string;
  /** What it printed since the last read, capped, and how it ended if it did. */
  read(): { output: string; ended?: CommandResult };
  stop(): Promise<CommandResult>;
}

export interface Commands extends AsyncDisposable {
  /** What holds commands in: `none` means that only what the policy allows by name may run. */
  readonly sandbox: 'bubblewrap' | 'seatbelt' | 'none';
  /** Why there is none, and how to get one. */
  readonly sandboxProblem?: string;
  run(spec: CommandSpec): Promise<CommandResult>;
  start(id: string, spec: CommandSpec): BackgroundCommand;
}
