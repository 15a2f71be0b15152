/** `massgen doctor`: what this machine and folder offer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { diagnose } from '../engine/config/doctor.js';
import { loadEnv } from '../engine/config/env.js';
import type { Env } from '../engine/config/substitute.js';
import { detectChecks } from '../engine/evidence/detect.js';
import { openCommands } from '../engine/process/commands.js';
import { folderOf, type Options } from './args.js';
import { json, say } from './output.js';
import { findingsText } from './render/findings.js';

export async function doctor(options: Options): Promise<number> {
  const folder = await folderOf(options);
  const env = await loadEnv(folder, process.env);
  const findings = await diagnose(folder, env, { sandbox: () => sandboxOf(env), checks: () => detectChecks(folder, '') });
  if (options.json) json(findings);
  else say(findingsText(findings));
  return 0;
}

async function sandboxOf(env: Env): Promise<{ kind: string; problem?: string }> {
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
