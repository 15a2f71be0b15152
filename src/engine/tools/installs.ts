/** Tells whether a command line installs or removes packages of the folder. */
import { fitLoosely } from './policy-match.js';
import { installing } from './policy-rules.js';
import { unwrapShell } from './unwrap.js';

/** Also where that is only known when it runs. What a script installs is not seen here: the sandbox holds that. */
export function installs(line: string): boolean {
  return unwrapShell(line).commands.some((command) => installing.some((rule) => fitLoosely(rule, command, line) !== 'no'));
}
