/** Where a program is, in the place of the sandbox library's own `which` (a plugin in esbuild.mjs): that is a process for each, which the editor waits for. */
import { isAbsolute } from 'node:path';
import { findProgram, runs } from '../engine/process/programs.js';

/** Null where there is none. */
export function whichSync(program: string): string | null {
  if (isAbsolute(program)) return runs(program) ? program : null;
  return findProgram(program, process.env.PATH) ?? null;
}
