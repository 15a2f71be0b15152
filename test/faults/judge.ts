/** What must hold after a fault: the same outcome as without it, or a plain failure with everything kept. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../../src/protocol/failure.js';
import { currentTurn } from '../../src/protocol/state.js';
import { digest, INTERRUPTED, processesIn, type Ran, type Scene } from './scene.js';

/** What a turn came to, and what it left. */
export interface Outcome {
  outcome: string;
  agent: string;
  tree: string;
  /** The folder's files, without git's and ours. */
  files: Record<string, string>;
}

export function outcomeOf(scene: Scene): Outcome {
  const turn = currentTurn(scene.state());
  const winner = turn?.candidates.find((one) => one.id === (turn.decision?.presented ?? turn.decision?.winner));
  return {
    outcome: turn?.decision?.outcome ?? 'none',
    agent: winner?.agent ?? 'none',
    tree: winner?.tree ?? 'none',
    files: digest(scene.folder, ['.git', '.massgen']),
  };
}

/** What is wrong after all is done: nothing, where everything was kept and nothing is left behind. */
export async function leftBehind(scene: Scene, { store = true }: { store?: boolean } = {}): Promise<string[]> {
  const wrong: string[] = [];
  const processes = await gone(scene.home);
  if (processes.length > 0) wrong.push(`processes are left: ${processes.join('; ')}`);
  const id = scene.session();
  const state = scene.state();
  if (id !== undefined && currentTurn(state)?.decision !== undefined && existsSync(join(scene.own, 'workspaces', id)))
    wrong.push(`workspaces are left: ${readdirSync(join(scene.own, 'workspaces', id)).join(', ')}`);
  if (store) wrong.push(...storeProblems(scene));
  wrong.push(...litter(scene));
  return wrong;
}

async function gone(home: string): Promise<string[]> {
  for (let tries = 0; tries < 150 && processesIn(home).length > 0; tries += 1) await sleep(20);
  return processesIn(home);
}

function storeProblems(scene: Scene): string[] {
  const gitDir = join(scene.own, 'store.git');
  if (!existsSync(gitDir)) return [];
  try {
    execFileSync('git', [`--git-dir=${gitDir}`, 'fsck', '--full', '--no-dangling', '--no-progress'], { stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    return [`git fsck of the store: ${String((error as { stderr?: string }).stderr).slice(0, 300)}`];
  }
  const lost = scene.events().flatMap((fact) => ('candidate' in fact && typeof fact.candidate === 'object' ? [fact.candidate.tree] : []));
  for (const tree of lost) {
    try {
      execFileSync('git', [`--git-dir=${gitDir}`, 'rev-list', '--objects', '--quiet', tree], { stdio: 'pipe' });
    } catch {
      return [`the store has not all of the candidate's tree ${tree}`];
    }
  }
  return [];
}

/** What is made for a moment and would stay for ever. A lock that names a dead process is taken over when it is in the way. */
const LITTER = /(^|\/)(edit-[^/]*\.index(\.lock)?|[^/]*\.making-[^/]*)$/;

function litter(scene: Scene): string[] {
  if (!existsSync(scene.own)) return [];
  const found = (readdirSync(scene.own, { recursive: true, encoding: 'utf8' }) as string[]).filter(
    (path) => LITTER.test(path) || /^apply\/./.test(path) || /^sessions\/[^/]+\/(lock|processes\.jsonl)$/.test(path),
  );
  return found.length === 0 ? [] : [`litter: ${found.slice(0, 5).join(', ')}`];
}

/** How the program said that it could not: a failure, a turn that failed, conflicts. */
export function failureOf(ran: Ran): Failure | undefined {
  if (ran.failure !== undefined) return ran.failure;
  const last = lastOf(ran.stdout);
  if (last?.type === 'turn.ended' && last.outcome !== 'decided')
    return { hint: '', code: 'no-answer', message: last.outcome, retryable: false, ...last.failure };
  if (ran.code !== 0 && last?.conflicts?.length)
    return { code: 'conflict', message: JSON.stringify(last.conflicts), retryable: false, hint: 'The files are named.' };
  return undefined;
}

function lastOf(stdout: string): { type?: string; outcome: string; failure?: Failure; conflicts?: unknown[] } | undefined {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined; // It was killed in the midst of it, or printed nothing.
  }
}

/** Ended by the time limit with an outcome. */
const BY_TIME = 3;

/** Why how the program ended is no plain end. */
export function notPlain(ran: Ran): string | undefined {
  if (ran.hung) return 'it hung';
  if (ran.signal !== null) return undefined;
  if (ran.code === 0 || ran.code === BY_TIME) return undefined;
  const failure = failureOf(ran);
  if (failure === undefined) return `exit code ${ran.code} without a failure: ${ran.stderr.slice(-300)}`;
  if ((failure.code === 'interrupted') !== (ran.code === INTERRUPTED))
    return `exit code ${ran.code} for ${failure.code}: ${failure.message}`;
  if (failure.code === 'internal') return `an internal failure: ${failure.message}`;
  if (failure.hint === undefined) return `a failure that does not say what to do: ${failure.code}: ${failure.message}`;
  return undefined;
}
