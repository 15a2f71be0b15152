/** Makes the demo's folder: a real project in a real git repository, with work of the person's in it that is in no commit yet. */
import { mkdir, mkdtemp, readdir, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type SimpleGit, simpleGit } from 'simple-git';
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
  const git = simpleGit({ baseDir: folder, allowEnvironment: Object.keys(identity) }).env(ownEnvironment());
  await git.init(['-b', 'main']);
  await commit(git, folder, 'A team for MassGen, with written replies', { 'massgen.yaml': massgenYaml, 'scenario.yaml': scenario });
  for (const { message, files } of commits) await commit(git, folder, message, files);
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

async function commit(git: SimpleGit, folder: string, message: string, files: Files): Promise<void> {
  await write(folder, files);
  await git.add('.');
  await git.commit(message, ['--no-verify']);
}

/** Git as it is on a machine where nobody has set anything: nothing inherited decides where the demo is committed, or how. */
function ownEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(GIT_|EDITOR|VISUAL|PAGER|SSH_ASKPASS)/.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...identity };
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
