/** Where programs are. Invariant: none is found in the folder where it is to run, which Windows would look in first: an agent may have put it there. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

interface On {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether a file is there and can be run. */
  runs(file: string): boolean;
}

const here: On = { platform: process.platform, env: process.env, runs };

/** Whether a file is there and can be run. */
export function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not here; the next folder may have it.
    return false;
  }
}

/** The program of this name in the folders of `search`, those alone that are absolute. */
export function findProgram(
  program: string,
  search: string | undefined,
  { platform, runs: can }: Pick<On, 'platform' | 'runs'> = here,
): string | undefined {
  const { delimiter, isAbsolute, join } = platform === 'win32' ? path.win32 : path.posix;
  const folders = (search ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, program)).find((file) => can(file));
}

/** What to start for `git` and the like: elsewhere than on Windows the system looks for it as it should. */
export function startedAs(program: string, on: On = here): string {
  if (on.platform !== 'win32') return program;
  const search = Object.entries(on.env).find(([name]) => name.toUpperCase() === 'PATH')?.[1];
  return findProgram(`${program}.exe`, search, on) ?? program;
}

/** A program of Windows itself. */
export const systemProgram = (name: string, { env }: Pick<On, 'env'> = here): string =>
  path.win32.join(env.SystemRoot ?? 'C:\\Windows', 'System32', name);
