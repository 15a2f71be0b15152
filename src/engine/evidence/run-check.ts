/** Runs one check in a checkout and says what it said. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckResult } from '../../protocol/events.js';
import type { CommandResult, CommandSpec, Commands } from '../process/commands.js';
import type { Checkout, Store } from '../workspace/store.js';
import { type Installed, whyNotRun } from './missing.js';
import { NAMES_KEPT, newlyFailing } from './newly-failing.js';
import { parseTests, plainText } from './parse.js';
import type { CheckSpec } from './spec.js';

export interface CheckRun {
  store: Store;
  commands: Commands;
  checkout: Checkout;
  version: CheckResult['version'];
  baseline: readonly CheckResult[] | undefined;
  /** HOME and TMPDIR of the check: fresh for each checkout, so that nothing of one candidate reaches another's checks. */
  privateDir: string;
  network: CommandSpec['network'];
  signal: AbortSignal;
  /** Milliseconds that are left for all checks. */
  timeLeft(): number;
  show: ((text: string) => void) | undefined;
}

const OUTPUT_BYTES = 256 * 1024;
const NAME_LENGTH = 300;

export const STOPPED = 'it was stopped before it ended';
const TIME_OVER = 'the time for checks was over';

export const notRun = (spec: CheckSpec, version: CheckResult['version'], why: string): CheckResult => ({
  name: spec.name,
  command: spec.command,
  version,
  status: 'not-run',
  why,
  durationMs: 0,
});

export async function runCheck(run: CheckRun, spec: CheckSpec): Promise<CheckResult> {
  if (run.signal.aborted) return notRun(spec, run.version, STOPPED);
  const left = run.timeLeft();
  if (left <= 0) return notRun(spec, run.version, TIME_OVER);
  const cwd = join(run.checkout.root, spec.cwd);
  if (!existsSync(cwd)) return notRun(spec, run.version, `the folder ${spec.cwd} is not there`);

  run.show?.(`${spec.name}: ${spec.command}\n`);
  const own = spec.timeoutSeconds * 1000;
  const result = await run.commands.run({
    command: spec.command,
    cwd,
    env: run.checkout.env,
    writable: [run.checkout.root],
    readOnly: run.checkout.linkedRoots,
    // Peers' workspaces and the store are nothing that a check may look at.
    unreadable: [run.store.home],
    network: run.network,
    timeoutMs: Math.min(own, left),
    signal: run.signal,
    maxOutputBytes: OUTPUT_BYTES,
    privateDir: run.privateDir,
    ...(run.show && { onOutput: run.show }),
  });
  const output = withoutRoot(plainText(result.output), run.checkout.root);
  if (result.endedBy === 'abort') return { ...notRun(spec, run.version, STOPPED), durationMs: result.durationMs };
  const why = whyNotRun(spec, result, output, await installedIn(run.checkout.root, spec));
  const kept = { output: await run.store.putBlob(output), durationMs: result.durationMs };
  if (why !== undefined) return { ...notRun(spec, run.version, why), ...kept };
  const row = { name: spec.name, command: spec.command, version: run.version };
  const cutShort = result.endedBy === 'timeout' && left < own;
  return {
    ...row,
    ...outcomeOf(row.name, result, output, cutShort ? undefined : run.baseline),
    ...(cutShort && { why: TIME_OVER }),
    ...kept,
  };
}

function outcomeOf(
  name: string,
  result: CommandResult,
  output: string,
  baseline: readonly CheckResult[] | undefined,
): Partial<CheckResult> & Pick<CheckResult, 'status'> {
  const status = result.endedBy === 'timeout' ? 'timed-out' : result.exitCode === 0 ? 'passed' : 'failed';
  const all = parseTests(output);
  const parsed = all && { ...all, failing: all.failing.map((test) => test.slice(0, NAME_LENGTH)) };
  const fresh = newlyFailing({ name, status, parsed }, baseline);
  return {
    status,
    ...(result.exitCode !== null && { exitCode: result.exitCode }),
    ...(parsed?.tests && { tests: parsed.tests }),
    ...(parsed && parsed.failing.length > 0 && { failing: parsed.failing.slice(0, NAMES_KEPT) }),
    ...(fresh && { newlyFailing: fresh }),
  };
}

/** Paths relative to the checkout: its place is random, and names of tests must be the same from run to run. */
function withoutRoot(output: string, root: string): string {
  return output.replaceAll(`${root}/`, '').replaceAll(root, '.');
}

async function installedIn(root: string, spec: CheckSpec): Promise<Installed> {
  const folders = [root];
  for (let folder = join(root, spec.cwd); folder.length > root.length; folder = dirname(folder)) folders.unshift(folder);
  const manifest = folders.map((folder) => join(folder, 'package.json')).find((file) => existsSync(file));
  return {
    nodeModules: folders.some((folder) => existsSync(join(folder, 'node_modules'))),
    manifest: manifest === undefined ? undefined : await readFile(manifest, 'utf8'),
  };
}
