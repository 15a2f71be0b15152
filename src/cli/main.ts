/** The command line: a composition root over the engine. Results go to stdout, messages to stderr. */
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { detectTeam } from '../engine/config/detect.js';
import { diagnose } from '../engine/config/doctor.js';
import { loadEnv } from '../engine/config/env.js';
import { initConfig } from '../engine/config/init.js';
import { findConfig, validateConfig } from '../engine/config/load.js';
import { formatProblem } from '../engine/config/problem.js';
import { configJsonSchema } from '../engine/config/schema.js';
import { detectChecks } from '../engine/evidence/detect.js';
import { openCommands } from '../engine/process/commands.js';
import { fail, failureOf } from '../protocol/failure.js';

declare const MASSGEN_VERSION: string;

interface Common {
  cwd: string;
  json?: boolean;
}

const out = (text: string) => process.stdout.write(`${text}\n`);
const err = (text: string) => process.stderr.write(`${text}\n`);

function command(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('-C, --cwd <dir>', 'the folder to work on', '.')
    .option('--json', 'machine-readable output')
    .exitOverride();
}

async function doctor(options: Common): Promise<number> {
  const folder = path.resolve(options.cwd);
  const env = await loadEnv(folder, process.env);
  const findings = await diagnose(folder, env, { sandbox: () => sandboxOf(env), checks: () => detectChecks(folder, '') });
  if (options.json) out(JSON.stringify(findings));
  else
    for (const one of findings) out(`${signs[one.status]} ${one.area}: ${one.name}  ${one.detail}${one.hint ? `\n    ${one.hint}` : ''}`);
  return 0;
}

const signs = { ok: '✓', missing: '–', problem: '✗' } as const;

async function sandboxOf(env: Readonly<Record<string, string | undefined>>): Promise<{ kind: string; problem?: string }> {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const privateHome = await mkdtemp(path.join(tmpdir(), 'massgen-doctor-'));
  try {
    await using commands = await openCommands({ env, privateHome });
    return commands.sandboxProblem === undefined
      ? { kind: commands.sandbox }
      : { kind: commands.sandbox, problem: commands.sandboxProblem };
  } finally {
    await rm(privateHome, { recursive: true, force: true });
  }
}

async function validate(file: string | undefined, options: Common): Promise<number> {
  const folder = path.resolve(options.cwd);
  const env = await loadEnv(folder, process.env);
  const found = file === undefined ? await findConfig(folder, env) : path.resolve(file);
  if (found === undefined) throw fail('config', 'There is no configuration here.', { hint: 'Make one with: massgen config init' });
  const problems = await validateConfig(found, { env, folder });
  if (options.json) out(JSON.stringify({ file: found, problems }));
  else {
    for (const problem of problems) out(`${problem.severity}: ${formatProblem(problem)}`);
    if (problems.length === 0) out(`${found} is valid`);
  }
  return problems.some((problem) => problem.severity === 'error') ? 2 : 0;
}

async function init(options: Common): Promise<number> {
  const folder = path.resolve(options.cwd);
  const env = await loadEnv(folder, process.env);
  const detected = await detectTeam(env);
  const { file } = await initConfig(folder, { env, detected });
  out(options.json ? JSON.stringify({ file }) : file);
  return 0;
}

async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('massgen').version(MASSGEN_VERSION).exitOverride();
  const config = program.command('config').description('the team and how it deliberates').exitOverride();
  command(config, 'init', 'writes massgen.yaml for what is found on this machine').action(async (options: Common) => {
    code = await init(options);
  });
  command(config, 'validate', 'checks a configuration: file:line:column of what is wrong')
    .argument('[file]')
    .action(async (file: string | undefined, options: Common) => {
      code = await validate(file, options);
    });
  command(config, 'schema', 'the JSON Schema of a configuration').action(() => {
    out(JSON.stringify(configJsonSchema(), null, 2));
  });
  command(program, 'doctor', 'what was found: keys, local servers, git, sandbox, checks').action(async (options: Common) => {
    code = await doctor(options);
  });
  await program.parseAsync([...argv], { from: 'user' });
  return code;
}

// A reader that stops reading (`massgen … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const failure = failureOf(error);
    err(`massgen: ${failure.message}${failure.hint ? `\n${failure.hint}` : ''}`);
    process.exitCode = failure.code === 'config' || failure.code === 'usage' ? 2 : 1;
  },
);
