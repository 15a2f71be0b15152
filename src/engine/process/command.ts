/** What a command is, what it left behind, and what runs it: the contract of running commands. */

export interface CommandSpec {
  /** A shell command line. */
  command: string;
  cwd: string;
  /** Added to the allow-listed environment (PATH, LANG, own HOME and TMPDIR …). */
  env?: Readonly<Record<string, string>>;
  /** Absolute paths that may be written; everything else is read-only. */
  writable: readonly string[];
  /** Absolute paths that stay readable but never writable: below a writable root, or targets of dependency links outside it. */
  readOnly?: readonly string[];
  /** Absolute paths that cannot be read, except for what `writable` and `readOnly` name below them. Home secrets never can. */
  unreadable?: readonly string[];
  network: 'none' | 'open' | { domains: readonly string[] };
  timeoutMs: number;
  signal?: AbortSignal;
  /** Called with text as it comes, stdout and stderr in order of arrival. */
  onOutput?: (text: string) => void;
  /** Bytes of output kept, half of it head and half tail; 64 KiB where absent. */
  maxOutputBytes?: number;
  /** Holds this command's HOME and TMPDIR; where absent, one folder of ours for each set of writable roots. */
  privateDir?: string;
}

export interface CommandResult {
  /** null when it was ended by a signal. 126 where it could not be started at all. */
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

export type SandboxKind = 'bubblewrap' | 'seatbelt' | 'none';

export interface Commands extends AsyncDisposable {
  /** What holds commands in: `none` means that only what the policy allows by name may run. */
  readonly sandbox: SandboxKind;
  /** Why there is none, and how to get one. */
  readonly sandboxProblem?: string;
  run(spec: CommandSpec): Promise<CommandResult>;
  start(id: string, spec: CommandSpec): BackgroundCommand;
}
