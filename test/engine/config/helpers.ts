/** Configurations in temporary folders. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { loadConfig, validateConfig } from '../../../src/engine/config/load.js';
import { ConfigError, formatProblem, type Problem } from '../../../src/engine/config/problem.js';
import type { TeamConfig } from '../../../src/engine/config/team.js';

const made: string[] = [];

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

export async function tempFolder(files: Record<string, string | Uint8Array> = {}): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'massgen-config-')));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

type Env = Record<string, string>;

export async function load(text: string | Uint8Array, env: Env = {}, files: Record<string, string> = {}): Promise<TeamConfig> {
  const folder = await tempFolder({ 'massgen.yaml': text, ...files });
  return loadConfig(path.join(folder, 'massgen.yaml'), { env, folder });
}

/** The errors of a configuration that cannot be loaded, as they are printed, with the file's name alone. */
export async function errorsOf(text: string | Uint8Array, env: Env = {}): Promise<string[]> {
  const error = await load(text, env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error(`expected a ConfigError, got ${String(error)}`);
  return error.problems.filter((problem) => problem.severity === 'error').map(printed);
}

export async function validate(text: string, env: Env = {}): Promise<string[]> {
  const folder = await tempFolder({ 'massgen.yaml': text });
  return (await validateConfig(path.join(folder, 'massgen.yaml'), { env, folder })).map(printed);
}

export const warningsOf = async (text: string, env: Env = {}): Promise<string[]> => (await load(text, env)).warnings.map(printed);

/** `line:column: message (hint)` */
const printed = (problem: Problem): string => {
  const { file: _, ...rest } = problem;
  return formatProblem(rest);
};

export const agents = (backend = 'type: openai'): string => `agents:\n  - id: ada\n    backend: {${backend}}\n`;
