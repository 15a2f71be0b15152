import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, projects, twoTurns } from './massgen.js';

const newProject = projects();
let running: ChildProcess | undefined;
afterEach(() => {
  running?.kill('SIGKILL');
  running = undefined;
});

/** A promise that others keep; it may be broken when nobody waits. */
function openWait() {
  let settle = { resolve: (): void => undefined, reject: (_: Error): void => undefined };
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return { promise, ...settle };
}

/** `massgen` on a terminal of its own, which `script` makes. */
function onTerminal(folder: string, args: readonly string[] = []) {
  const words = [process.execPath, cli, ...args];
  const made =
    process.platform === 'darwin' ? ['-q', '/dev/null', ...words] : ['-qec', words.map((word) => `'${word}'`).join(' '), '/dev/null'];
  const env = { PATH: process.env.PATH, HOME: path.dirname(folder), TERM: 'xterm', MASSGEN_SEED: '7', GIT_CONFIG_NOSYSTEM: '1' };
  const child = spawn('script', made, { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
  running = child;
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
}

const asking = twoTurns.replace(
  '      - call:\n          - write_file',
  '      - call:\n          - run_command: { command: "node -v" }\n          - write_file',
);
const ENTER = '\r';
const CTRL_C = '\x03';

describe.skipIf(process.platform === 'win32')('massgen on a terminal', () => {
  it('takes a task, asks, shows what was decided, applies and undoes, and says how to go on', async () => {
    const folder = await newProject(asking, 'policy: { ask: [node] }\n');
    const words = () => readFileSync(path.join(folder, 'src', 'words.txt'), 'utf8');
    const it = onTerminal(folder);
    await it.until('maya, otto in');
    await it.until('> ');
    it.type(`/aply${ENTER}`);
    expect(await it.until('\n> ')).toMatch(/There is no command \/aply\.\s+did you mean "\/apply"\?/);
    it.type(`/candidates${ENTER}`);
    await it.until('Nothing was asked yet');
    it.type(`Make two louder${ENTER}`);
    await it.until('An agent wants to run:  node -v');
    await it.until('[n] ');
    it.type(`y${ENTER}`);
    await it.until('decided  maya.1 by 2 of 2');
    await it.until('/apply brings it into your folder');
    await it.until('> ');
    expect(words()).toBe('one\ntwo\nthree\n');
    it.type(`/apply${ENTER}`);
    await it.until('/undo   brings back what stood before');
    expect(words()).toBe('one\nTWO\nthree\n');
    it.type(`/undo${ENTER}`);
    await it.until('took back 2 files');
    expect(words()).toBe('one\ntwo\nthree\n');
    await it.until('> ');
    it.type(`half a line${CTRL_C}/quit${ENTER}`);
    expect(await it.until('goes on with it.')).toMatch(/Kept as \S+\. massgen run --session/);
    expect(await it.ended()).toBe(0);
  });

  it('ends a turn with Ctrl-C, and itself with the next', async () => {
    const folder = await newProject(
      'agents:\n  maya: { work: [{ fail: { hang: true } }] }\n  otto: { work: [{ fail: { hang: true } }] }\n',
    );
    const it = onTerminal(folder);
    await it.until('> ');
    it.type(`Work${ENTER}`);
    await it.until('otto  ');
    it.type(CTRL_C);
    await it.until('cancelled');
    await it.until('> ');
    it.type(CTRL_C);
    await it.until('Kept as');
    expect(await it.ended()).toBe(0);
  });
});
