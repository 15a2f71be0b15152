/** One thing that was looked for on this machine, and what was found. */

export interface Finding {
  area: 'keys' | 'local servers' | 'editor' | 'agents on PATH' | 'git' | 'sandbox' | 'node' | 'config' | 'checks';
  name: string;
  status: 'ok' | 'missing' | 'problem';
  /** Invariant: names of variables, never their values. */
  detail: string;
  hint?: string;
}
