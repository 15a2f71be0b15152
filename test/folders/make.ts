/** Makes a folder of the corpus, as its person would have. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentBytes, pathBytes } from './bytes.js';
import type { Step } from './row.js';

export interface World {
  /** Everything that is the person's, and nothing else: it is gone afterwards. */
  root: string;
  project: string;
  env: NodeJS.ProcessEnv;
}

/** `root`: an empty folder. The person's git has a name and the odd setting that many have. */
export function makeWorld(root: string, steps: readonly Step[]): World {
  const project = join(root, 'project');
  const home = join(root, 'home');
  for (const folder of [project, home]) mkdirSync(folder, { recursive: true });
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(inherited),
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    WORLD: root,
  };
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = P\n\temail = p@example.com\n[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n',
  );
  const world = { root, project, env };
  for (const step of steps) take(world, step);
  return world;
}

export function take({ project, env }: World, step: Step): void {
  if (step.do === 'git' || step.do === 'sh') {
    const [program, args] = step.do === 'git' ? ['git', step.args] : ['sh', ['-e', '-c', step.script]];
    const cwd = join(project, step.at ?? '');
    try {
      execFileSync(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
    } catch (error) {
      if (step.do === 'git' && step.mayFail) return;
      throw error;
    }
    return;
  }
  if (step.do === 'files') {
    for (let number = 0; number < step.count; number++) put(join(project, step.path(number)), Buffer.from(step.content(number)));
    return;
  }
  const at = Buffer.concat([Buffer.from(`${project}/`), pathBytes(step.path)]);
  const parent = at.subarray(0, at.lastIndexOf(47));
  mkdirSync(parent, { recursive: true });
  if (step.do === 'link') symlinkSync(pathBytes(step.to), at);
  if (step.do === 'folder') mkdirSync(at, { recursive: true });
  if (step.do === 'file') writeFileSync(at, contentBytes(step.content));
  if (step.do !== 'link' && step.mode !== undefined) chmodSync(at, step.mode);
}

function put(path: string, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** Removes a world: what is mounted in it first, and what nobody may remove. */
export function takeDown(root: string): void {
  const table = existsSync('/proc/self/mounts') ? readFileSync('/proc/self/mounts', 'utf8') : '';
  const mounted = table.split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const at of mounted.filter((path) => path.startsWith(`${root}/`)).reverse()) execFileSync('umount', [at], { stdio: 'pipe' });
  if (process.platform !== 'win32') execFileSync('chmod', ['-R', 'u+rwX', root], { stdio: 'pipe' });
  rmSync(root, { recursive: true, force: true });
}
