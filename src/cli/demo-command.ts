/** `massgen demo`: the main job from end to end on a sample project, offline, with nothing to set up. */
import { execFile } from 'node:child_process';
import { loadEnv } from '../engine/config/env.js';
import { makeDemo } from '../engine/demo/index.js';
import { parseTests, plainText } from '../engine/evidence/parse.js';
import type { Options } from './args.js';
import { err, say } from './output.js';
import { run } from './run.js';

/** `into`: an empty folder, or one that is not there yet; a fresh temporary one where absent. */
export async function demo(into: string | undefined, options: Options): Promise<number> {
  const { folder, task, configFile } = await makeDemo(into, { fast: options.fast ?? false });
  const tell = options.json ? err : say;
  tell(`A sample project is in ${folder}\nThree agents with written replies work on it, offline; their tools, checks and votes are real.`);
  tell(`\nIts own tests before (npm test): ${await testsIn(folder)}`);
  tell(`\nmassgen run --apply "${task}"`);
  const code = await run(task, { ...options, cwd: folder, config: configFile, apply: true });
  if (code !== 0) return code;
  tell(`\nIts own tests after (npm test): ${await testsIn(folder)}`);
  tell(`\nLook at it:     massgen candidates latest -C ${folder}`);
  tell(`                massgen diff latest maya -C ${folder}`);
  tell(`Take it back:   massgen undo latest -C ${folder}`);
  tell('Your own code:  massgen config init, then massgen run "what to do"');
  return 0;
}

/** What a person would see who runs them. */
async function testsIn(folder: string): Promise<string> {
  const env = await loadEnv(folder, process.env);
  const { code, text } = await new Promise<{ code: number; text: string }>((resolve) => {
    const options = {
      cwd: folder,
      env: { PATH: env.PATH, HOME: env.HOME, SystemRoot: env.SystemRoot },
      shell: process.platform === 'win32',
    };
    execFile('npm', ['test'], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, text: plainText(`${stdout}${stderr}`) });
    });
  });
  const tests = parseTests(text);
  if (tests?.tests === undefined) return code === 0 ? 'passed' : `failed\n${text}`;
  const { passed, failed } = tests.tests;
  const names = tests.failing.map((name) => `\n  ✗ ${name.split(' > ').at(-1)}`);
  return `${passed} pass, ${failed} fail${names.join('')}`;
}
