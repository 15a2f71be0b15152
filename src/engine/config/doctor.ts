/** Says what this machine and folder offer: keys, model servers, agents, git, a sandbox. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findKeys } from './detect.js';
import type { Finding } from './finding.js';
import { findConfig, validateConfig } from './load.js';
import { type Probes, probeLocalServers } from './local.js';
import { formatProblem } from './problem.js';
import type { Env } from './substitute.js';

export interface DoctorProbes extends Probes {
  /** What holds commands in on this machine, and why nothing does. */
  sandbox?: () => Promise<{ kind: string; problem?: string }>;
  /** The folder's own checks. */
  checks?: () => Promise<{ name: string; command: string; source: string }[]>;
}

/** `env` is what `loadEnv` gave. Changes nothing, spends nothing. */
export async function diagnose(folder: string, env: Env, probes: DoctorProbes = {}): Promise<Finding[]> {
  const parts = await Promise.all([
    [nodeFinding(process.versions.node)],
    gitFinding(env),
    sandboxFinding(probes),
    configFinding(folder, env),
    checkFindings(probes),
    findKeys(env),
    probeLocalServers(env, probes).then(({ findings }) => findings),
    agentFindings(env),
  ]);
  return parts.flat();
}

const OLDEST_NODE = [20, 18] as const;

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const finding: Finding = { area: 'node', name: 'Node.js', status: enough ? 'ok' : 'problem', detail: version };
  return enough ? finding : { ...finding, hint: `${OLDEST_NODE.join('.')} or newer is needed` };
}

async function gitFinding(env: Env): Promise<Finding[]> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { env: { PATH: env.PATH, Path: env.Path }, timeout: 5000 });
    const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? stdout.trim();
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const finding: Finding = { area: 'git', name: 'git', status: 'ok', detail: version };
    const old = major < 2 || (major === 2 && minor < 38);
    return [old ? { ...finding, hint: 'from 2.38 on, git merges changes itself, which is faster' } : finding];
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const detail = code === 'ENOENT' ? 'git is not on the PATH' : 'git does not run';
    return [
      {
        area: 'git',
        name: 'git',
        status: code === 'ENOENT' ? 'missing' : 'problem',
        detail,
        hint: 'install git: candidates are kept in it',
      },
    ];
  }
}

async function sandboxFinding({ sandbox }: DoctorProbes): Promise<Finding[]> {
  if (sandbox === undefined) return [];
  const { kind, problem } = await sandbox();
  if (problem === undefined && kind !== 'none') return [{ area: 'sandbox', name: 'sandbox', status: 'ok', detail: kind }];
  return [
    {
      area: 'sandbox',
      name: 'sandbox',
      status: kind === 'none' ? 'missing' : 'problem',
      detail: problem ?? 'this machine has none',
      hint: 'without one, agents run only what policy.allow names and the checks of the folder',
    },
  ];
}

async function configFinding(folder: string, env: Env): Promise<Finding[]> {
  const file = await findConfig(folder, env);
  if (file === undefined)
    return [{ area: 'config', name: 'configuration', status: 'missing', detail: 'none was found', hint: 'massgen config init writes one' }];
  const problems = await validateConfig(file, { env, folder });
  const errors = problems.filter((problem) => problem.severity === 'error');
  const [worst] = [...errors, ...problems];
  if (worst === undefined) return [{ area: 'config', name: 'configuration', status: 'ok', detail: file }];
  const count =
    errors.length > 0
      ? `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`
      : `${problems.length} ${problems.length === 1 ? 'warning' : 'warnings'}`;
  return [
    {
      area: 'config',
      name: 'configuration',
      status: errors.length > 0 ? 'problem' : 'ok',
      detail: `${file}: ${count}, first: ${formatProblem(worst)}`,
      hint: 'massgen config validate shows them all',
    },
  ];
}

async function checkFindings({ checks }: DoctorProbes): Promise<Finding[]> {
  if (checks === undefined) return [];
  const found = await checks();
  if (found.length === 0)
    return [
      {
        area: 'checks',
        name: 'checks',
        status: 'missing',
        detail: 'none were found in this folder',
        hint: 'list them as checks: in the configuration',
      },
    ];
  return found.map(({ name, command, source }) => ({ area: 'checks', name, status: 'ok', detail: `${command} (${source})` }));
}

/** Coding agents of others that may one day take part. */
const FOREIGN = ['claude', 'codex', 'gemini', 'opencode', 'goose'] as const;

async function agentFindings(env: Env): Promise<Finding[]> {
  return Promise.all(
    FOREIGN.map(async (name): Promise<Finding> => {
      const place = await onPath(name, env);
      return place === undefined
        ? { area: 'agents on PATH', name, status: 'missing', detail: 'not on the PATH' }
        : { area: 'agents on PATH', name, status: 'ok', detail: place };
    }),
  );
}

/** Where a program is; nothing is run. */
async function onPath(name: string, env: Env): Promise<string | undefined> {
  const windows = process.platform === 'win32';
  const endings = windows ? (env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';') : [''];
  for (const folder of (env.PATH ?? env.Path ?? '').split(path.delimiter).filter(path.isAbsolute)) {
    for (const ending of endings) {
      const place = path.join(folder, name + ending);
      const runs = await stat(place)
        .then((at) => at.isFile() && access(place, constants.X_OK).then(() => true))
        .catch(() => false); // Not there, or not for us to run.
      if (runs) return place;
    }
  }
  return undefined;
}
