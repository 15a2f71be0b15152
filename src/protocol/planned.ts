/** What a candidate would do beyond its workspace. */

/** An action that cannot be taken back: described while the agents deliberate, asked for when the winner is presented. */
export interface Planned {
  tool: string;
  input: unknown;
  /** The command line, or the call, exactly. */
  what: string;
  /** What it acts upon. */
  why: string;
}
