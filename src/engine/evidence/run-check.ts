/** Runs one check in a checkout, once more where it fails, and says what it said. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckResult } from '../../protocol/events.js';
import type { CommandSpec, Commands } from '../process/commands.js';
import type { Checkout, Store } from '../workspace/store.js';
import { type Attempt, attempt } from './attempt.js';
import type { CachePlaces } from './caches.js';
import { type Ended, type Settled, settle } from './flaky.js';
import { type Installed, whyNotRun } from './missing.js';
import { NAMES_KEPT, newlyFailing } from './newly-failing.js';
import type { CheckSpec } from './spec.js';

export interface CheckRun {
  store: Store;
  commands: Commands;
  checkout: Checkout;
  version: CheckResult['version'];
  baseline: readonly CheckResult[] | undefined;
  /** HOME and TMPDIR of the check: fresh for each checkout, so that nothing of one candidate reaches another's checks. */
  privateDir: string;
  /** What is ready for checks without a network. */
  caches: CachePlaces;
  network: CommandSpec['network'];
  signal: AbortSignal;
  /** Milliseconds that are left for all checks. */
  timeLeft(): number;
  show: ((text: string) => void) | undefined;
}

export const STOPPED = 'it was stopped before it ended';
const TIME_OVER = 'the time for checks was over';

/** With nothing to compare with, a failure is only told: it is tried again where that costs little. */
const SHORT_MS = 60_000;
const MOST_AGAIN = 50;

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
  if (!existsSync(join(run.checkout.root, spec.cwd))) return notRun(spec, run.version, `the folder ${spec.cwd} is not there`);

  run.show?.(`${spec.name}: ${spec.command}\n`);
  const first = await attempted(run, spec, 'first', left);
  const { result, output } = first;
  if (result.endedBy === 'abort') return { ...notRun(spec, run.version, STOPPED), durationMs: result.durationMs };
  const why = whyNotRun(spec, result, output, await installedIn(run.checkout.root, spec));
  if (why !== undefined)
    return { ...notRun(spec, run.version, why), output: await run.store.putBlob(output), durationMs: result.durationMs };
  const cutShort = result.endedBy === 'timeout' && left < spec.timeoutSeconds * 1000;
  const again = await runAgain(run, spec, first);
  return {
    name: spec.name,
    command: spec.command,
    version: run.version,
    ...outcomeOf(spec.name, first, again, cutShort ? undefined : run.baseline),
    ...(cutShort && { why: TIME_OVER }),
    output: await run.store.putBlob(again === undefined ? output : `${output}\nRun again:\n${again.output}`),
    durationMs: result.durationMs + (again?.durationMs ?? 0),
  };
}

const attempted = (run: CheckRun, spec: CheckSpec, id: string, left: number, narrow?: Parameters<typeof attempt>[1]['narrow']) =>
  attempt(spec, {
    ...run,
    id: `${spec.name.replaceAll(/[^\w-]/g, '_')}-${id}`,
    timeoutMs: Math.min(spec.timeoutSeconds * 1000, left),
    ...(narrow && { narrow }),
  });

const endedOf = ({ result, parsed }: Attempt): Ended => ({ passed: result.exitCode === 0, parsed });

interface Again extends Settled {
  output: string;
  durationMs: number;
  exitCode: number | null;
}

/** Only what is held against somebody is worth the time, and what hung once is not waited for again. */
async function runAgain(run: CheckRun, spec: CheckSpec, first: Attempt): Promise<Again | undefined> {
  const { result, parsed } = first;
  if (result.endedBy === 'timeout' || result.exitCode === 0) return undefined;
  const fresh = newlyFailing({ name: spec.name, status: 'failed', parsed }, run.baseline);
  if (fresh?.length === 0) return undefined;
  const names = (fresh ?? parsed?.failing ?? []).filter((test) => test !== spec.name);
  const { runner, command } = first.asked;
  const isAlone = runner?.runs.test(spec.command) === true;
  const narrowed = isAlone && names.length > 0 && names.length <= MOST_AGAIN ? runner.again?.(names, command) : undefined;
  if (fresh === undefined && narrowed === undefined && result.durationMs > SHORT_MS) return undefined;
  if (run.timeLeft() < result.durationMs) return undefined;
  run.show?.(`${spec.name} is run again${narrowed === undefined ? '' : ', only what failed'}\n`);
  const second = await attempted(run, spec, 'again', run.timeLeft(), (asked) => {
    const only = narrowed === undefined ? undefined : runner?.again?.(names, asked.command);
    const env = Object.entries(only?.env ?? {}).map(([name, value]) => [name, [asked.env[name], value].filter(Boolean).join(' ')]);
    return { ...(only?.command !== undefined && { command: only.command }), env: Object.fromEntries(env) };
  });
  if (second.result.endedBy !== 'exit') return undefined;
  const settled = settle(spec.name, endedOf(first), endedOf(second), narrowed === undefined ? undefined : names);
  return { ...settled, output: second.output, durationMs: second.result.durationMs, exitCode: second.result.exitCode };
}

function outcomeOf(
  name: string,
  { result, parsed: printed }: Attempt,
  again: Again | undefined,
  baseline: readonly CheckResult[] | undefined,
): Partial<CheckResult> & Pick<CheckResult, 'status'> {
  const passed = again?.passed ?? result.exitCode === 0;
  const status = result.endedBy === 'timeout' ? 'timed-out' : passed ? 'passed' : 'failed';
  const parsed = again === undefined ? printed : again.parsed;
  const exitCode = again?.passed ? again.exitCode : result.exitCode;
  const flaky = [...new Set([...(again?.flaky ?? []), ...(parsed?.flaky ?? [])])].slice(0, NAMES_KEPT);
  const fresh = newlyFailing({ name, status, parsed, ...(flaky.length > 0 && { flaky }) }, baseline);
  return {
    status,
    ...(exitCode !== null && { exitCode }),
    ...(parsed?.tests && { tests: parsed.tests }),
    ...(parsed && parsed.failing.length > 0 && { failing: parsed.failing.slice(0, NAMES_KEPT) }),
    ...(fresh && { newlyFailing: fresh }),
    ...(flaky.length > 0 && { flaky }),
  };
}

async function installedIn(root: string, spec: CheckSpec): Promise<Installed> {
  const folders = [root];
  for (let folder = join(root, spec.cwd); folder.length > root.length; folder = dirname(folder)) folders.unshift(folder);
  const manifest = folders.map((folder) => join(folder, 'package.json')).find((file) => existsSync(file));
  return {
    nodeModules: folders.some((folder) => ['node_modules', '.pnp.cjs'].some((name) => existsSync(join(folder, name)))),
    manifest: manifest === undefined ? undefined : await readFile(manifest, 'utf8'),
  };
}
