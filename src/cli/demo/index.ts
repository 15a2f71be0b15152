/** Makes the demo's folder: a real project in a real git repository, with work of the person's in it that is in no commit yet. */
import { mkdir, mkdtemp, readdir, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { git } from '../../engine/workspace/git.js';
import { fail } from '../../protocol/failure.js';
import { commits, type Files, task, uncommitted } from './project.js';
import { massgenYaml, scenarioYaml, withoutPauses } from './scenario.js';

export interface Demo {
  folder: string;
  /** What to ask the team. */
  task: string;
  configFile: string;
}

export interface DemoOptions {
  /** The agents speak without pauses. */
  fast?: boolean;
}

/** Makes it in `into`, which must be empty or not there yet; in a fresh temporary folder where absent. */
export async function makeDemo(into?: string, { fast = false }: DemoOptions = {}): Promise<Demo> {
  const folder = await emptyFolder(into);
  const scenario = fast ? withoutPauses(scenarioYaml) : scenarioYaml;
  await git(['init', '-q', '-b', 'main', '.'], { cwd: folder });
  await commit(folder, 'A team for MassGen, with written replies', { 'massgen.yaml': massgenYaml, 'scenario.yaml': scenario });
  for (const { message, files } of commits) await commit(folder, message, files);
  await write(folder, uncommitted);
  return { folder, task, configFile: join(folder, 'massgen.yaml') };
}

async function emptyFolder(into: string | undefined): Promise<string> {
  if (into === undefined) return realpath(await mkdtemp(join(tmpdir(), 'massgen-demo-')));
  const folder = resolve(into);
  await mkdir(folder, { recursive: true });
  const [first] = await readdir(folder);
  if (first !== undefined)
    throw fail('usage', `The demo needs an empty folder, and ${folder} has files in it (${first}).`, {
      hint: 'Name a folder that is not there yet.',
    });
  return realpath(folder);
}

async function commit(folder: string, message: string, files: Files): Promise<void> {
  await write(folder, files);
  await git(['add', '-A', '.'], { cwd: folder });
  await git(['commit', '-q', '--no-verify', '-m', message], { cwd: folder, env: identity });
}

/** Nobody's: the person's own name stays out of what they did not write. */
const identity = {
  GIT_AUTHOR_NAME: 'MassGen demo',
  GIT_AUTHOR_EMAIL: 'demo@example.invalid',
  GIT_COMMITTER_NAME: 'MassGen demo',
  GIT_COMMITTER_EMAIL: 'demo@example.invalid',
};

async function write(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
