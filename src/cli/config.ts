/** `massgen config`: makes, checks and shows a configuration. */
import { constants, copyFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { detectTeam } from '../engine/config/detect.js';
import { loadEnv } from '../engine/config/env.js';
import { initConfig } from '../engine/config/init.js';
import { secretsOf } from '../engine/config/keys.js';
import { findConfig, loadConfig, validateConfig } from '../engine/config/load.js';
import { migrateConfig } from '../engine/config/migrate.js';
import { formatProblem } from '../engine/config/problem.js';
import { configJsonSchema } from '../engine/config/schema.js';
import { redactor } from '../engine/redact.js';
import { fail } from '../protocol/failure.js';
import { folderOf, namedFile, type Options } from './args.js';
import { err, json, out } from './output.js';

export async function init(options: Options): Promise<number> {
  const folder = await folderOf(options);
  const env = await loadEnv(folder, process.env);
  const { file } = await initConfig(folder, { env, detected: await detectTeam(env) });
  if (options.json) json({ file });
  else out(file);
  return 0;
}

export async function validate(name: string | undefined, options: Options): Promise<number> {
  const { file, env, folder } = await configOf(name, options);
  const problems = await validateConfig(file, { env, folder });
  if (options.json) json({ file, problems });
  else {
    for (const problem of problems) out(`${problem.severity}: ${formatProblem(problem)}`);
    if (problems.length === 0) out(`${file} is valid`);
  }
  return problems.some((problem) => problem.severity === 'error') ? 2 : 0;
}

/** The team as a turn would keep it: every default filled in, where keys are and never a key. */
export async function show(name: string | undefined, options: Options): Promise<number> {
  const { file, env, folder } = await configOf(name ?? options.config, options);
  const { warnings, sends: _, ...team } = await loadConfig(file, { env, folder });
  const shown = redactor(await secretsOf(env, team.agents))(team);
  for (const warning of warnings) err(formatProblem(warning));
  if (options.json) json(shown);
  else out(stringify(shown, { lineWidth: 0 }));
  return 0;
}

/** An older MassGen's file in the shape that is used here: on stdout, or over the file, which is kept beside it then. */
export async function migrate(name: string, options: Options): Promise<number> {
  const file = await namedFile(await folderOf(options), name);
  const { text, problems } = await migrateConfig(file);
  const kept = `${file}.old`;
  if (options.write) {
    await copyFile(file, kept, constants.COPYFILE_EXCL).catch((cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EEXIST' ? 'exists already' : `cannot be written (${cause.code ?? cause.message})`;
      throw fail('usage', `${kept} ${why}, so ${file} is left as it is.`, { hint: 'Move it away first.', cause });
    });
    await writeFile(file, text);
  }
  if (options.json) json({ file, ...(options.write ? { kept } : { text }), problems });
  else {
    for (const problem of problems) err(formatProblem(problem));
    if (options.write) err(`${file} is migrated; what it was is kept as ${kept}. Check it with: massgen config validate`);
    else out(text);
  }
  return 0;
}

export function schema(): number {
  out(JSON.stringify(configJsonSchema(), null, 2));
  return 0;
}

/** The configuration that was named, else the one found. Throws `config` where there is none. */
export async function configOf(name: string | undefined, options: Options) {
  const folder = await folderOf(options);
  const env = await loadEnv(folder, process.env);
  const file = name === undefined ? await findConfig(folder, env) : await namedFile(folder, name);
  if (file === undefined) throw fail('config', 'There is no configuration here.', { hint: 'Make one with: massgen config init' });
  return { folder, env, file };
}
