/** `massgen` on a terminal of its own, which `script` makes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach } from 'vitest';
import { findProgram } from '../../src/engine/process/programs.js';
import { cli } from './massgen.js';

/** macOS's `script` takes no socket for its keyboard, and that is what a pipe of Node's is there. */
export const hasTerminal = process.platform === 'linux' && findProgram('script', process.env.PATH) !== undefined;
export const ENTER = '\r';
export const CTRL_C = '\x03';

/** A promise that others keep; it may be broken when nobody waits. */
function openWait() {
  let settle = { resolve: (): void => undefined, reject: (_: Error): void => undefined };
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return { promise, ...settle };
}

/** Opens terminals; what still runs in one when a test is over is ended. */
export function terminals() {
  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  return (folder: string, args: readonly string[] = []) => {
    const command = [process.execPath, cli, ...args].map((word) => `'${word}'`).join(' ');
    const env = { PATH: process.env.PATH, HOME: path.dirname(folder), TERM: 'xterm', MASSGEN_SEED: '7', GIT_CONFIG_NOSYSTEM: '1' };
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
    running.add(child);
    let text = '';
    let seen = 0;
    let more = openWait();
    child.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      more.resolve();
      more = openWait();
    });
    const exit = once(child, 'exit').then(([code]) => {
      more.reject(new Error(`It ended with ${code}:\n${text}`));
      return code as number | null;
    });
    return {
      /** Waits for it behind what was waited for last; gives what came up to it. */
      async until(words: string): Promise<string> {
        for (;;) {
          const shown = stripVTControlCharacters(text);
          const at = shown.indexOf(words, seen);
          if (at !== -1) {
            const part = shown.slice(seen, at + words.length);
            seen = at + words.length;
            return part;
          }
          await more.promise;
        }
      },
      type: (keys: string) => child.stdin.write(keys),
      ended: () => exit,
    };
  };
}
