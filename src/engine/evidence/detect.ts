/** Finds a folder's own checks in the files that define them. */
import { posix } from 'node:path';
import { fail } from '../../protocol/failure.js';
import { detectCompiled } from './detect-compiled.js';
import { detectMake } from './detect-make.js';
import { detectNpm } from './detect-npm.js';
import { detectPytest } from './detect-python.js';
import { type Place, placesOf } from './place.js';
import { type CheckSpec, inOrder, timeoutOf } from './spec.js';

/**
 * `root` is the root of what is captured, `prefix` the open folder in it ('' where they are the same); what the open folder
 * has comes before what the root has. In the order in which they are to run: build, types, lint, tests.
 */
export async function detectChecks(root: string, prefix: string): Promise<CheckSpec[]> {
  const places = await placesOf(root, prefix);
  const found = [...(await detectNpm(places)), ...(await detectMake(places)), ...detectCompiled(places)];
  // A name is a check's identity: what the folder itself calls `test` comes before what a tool would.
  const checks = found.filter((spec, at) => found.findIndex((other) => other.name === spec.name) === at);
  const pytest = await detectPytest(root, places);
  if (await runsPytest(checks, places)) return inOrder(checks);
  return inOrder([...checks, ...pytest]);
}

/** Whether a check that was found runs pytest already. */
async function runsPytest(checks: readonly CheckSpec[], places: readonly Place[]): Promise<boolean> {
  const tests = checks.find((spec) => spec.name === 'test' || spec.name === 'check');
  if (!tests || tests.definedIn.every((file) => !/(package\.json|makefile)$/i.test(file))) return false;
  const place = places.find((one) => one.path === tests.cwd);
  const file = tests.definedIn[0]?.split('/').at(-1);
  return place !== undefined && file !== undefined && /\b(pytest|tox|nox)\b/.test((await place.text(file)) ?? '');
}

interface ConfiguredCheck {
  name: string;
  command: string;
  cwd?: string;
  timeout_seconds?: number;
  timeoutSeconds?: number;
}

/** Checks as a configuration lists them: `{name: command}`, or a list. Folders are relative to the open folder, `prefix`. */
export function checksFromConfig(checks: Readonly<Record<string, string>> | readonly ConfiguredCheck[], prefix = ''): CheckSpec[] {
  const list: readonly ConfiguredCheck[] = Array.isArray(checks)
    ? checks
    : Object.entries(checks).map(([name, command]) => ({ name, command }));
  return list.map((check) => ({
    name: check.name,
    command: check.command,
    cwd: folderOf(check, prefix),
    source: 'config',
    definedIn: [],
    timeoutSeconds: check.timeout_seconds ?? check.timeoutSeconds ?? timeoutOf(check.name),
  }));
}

function folderOf(check: ConfiguredCheck, prefix: string): string {
  const folder = posix.join(prefix, check.cwd ?? '').replace(/\/$/, '');
  if (folder.startsWith('..') || posix.isAbsolute(check.cwd ?? ''))
    throw fail('config', `The check "${check.name}" runs outside the folder (cwd: ${check.cwd}).`);
  return folder === '.' ? '' : folder;
}
