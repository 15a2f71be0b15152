import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listSessions, readSession } from '../../src/engine/sessions.js';
import type { Team } from '../../src/protocol/events.js';
import { removeFolders, repository, scriptedTeam, sumProject } from '../fixtures/team.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const child = join(root, 'node_modules', '.massgen-test', 'crash-child.mjs');

beforeAll(async () => {
  mkdirSync(join(root, 'node_modules', '.massgen-test'), { recursive: true });
  await esbuild.build({
    entryPoints: [join(root, 'test/fixtures/crash-child.ts')],
    outfile: child,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  });
});
afterAll(removeFolders);

const fix = { edit_file: { path: 'sum.js', old_text: 'one, 1)', new_text: 'one, 0)' } };
const wrong = { edit_file: { path: 'sum.js', old_text: 'one, 1)', new_text: 'String(one), "")' } };
/** A write whose outcome is not known is never repeated by the loop; the model looks, and does it again if need be. */
const unknown = { contains: 'outcome is not known' };
const team = (): Team =>
  scriptedTeam({
    right: {
      work: [
        { call: [{ read_file: { path: 'sum.js' } }, { run_command: { command: 'ls' } }] },
        { call: [fix] },
        { when: unknown, call: [fix], answer: 'The sum starts at 0.' },
        { answer: 'The sum starts at 0.' },
        { vote: { for: 'starts at 0', reason: 'Its tests pass.' } },
      ],
      present: [{ say: 'The sum starts at 0 now.' }],
    },
    mistaken: {
      work: [
        { call: [wrong] },
        { when: unknown, call: [wrong], answer: 'It works.' },
        { answer: 'It works.' },
        { vote: { for: 'best', reason: 'Mine fails a test.' } },
      ],
    },
  });

interface Outcome {
  id: string;
  facts: number;
  outcome: string;
  agent: string;
  tree: string;
}

function run(order: Record<string, unknown>): Promise<{ killed: boolean; outcome?: Outcome; errors: string }> {
  return new Promise((resolve) => {
    const process_ = spawn(process.execPath, [child, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    process_.stdout.on('data', (data) => {
      out += data;
    });
    process_.stderr.on('data', (data) => {
      errors += data;
    });
    process_.on('close', (_code, signal) => {
      const outcome = out === '' ? undefined : (JSON.parse(out) as Outcome);
      resolve({ killed: signal === 'SIGKILL', errors, ...(outcome && { outcome }) });
    });
  });
}

describe('a process that is killed in the middle of a turn', () => {
  test('comes to the same outcome when it is gone on with, wherever it was killed', async () => {
    const whole = await run({ folder: repository(sumProject), team: team(), killAt: 0, apply: true });
    expect(whole.errors).toBe('');
    expect(whole.outcome).toMatchObject({ outcome: 'decided', agent: 'right' });
    const facts = whole.outcome?.facts ?? 0;
    expect(facts).toBeGreaterThan(30);
    const points = Array.from({ length: facts }, (_, at) => at + 1).filter((at) => at > 1 && at % 3 === 0);
    const kill = async (killAt: number): Promise<void> => {
      const folder = repository(sumProject);
      const first = await run({ folder, team: team(), killAt, apply: true });
      if (!first.killed) return; // Facts come in another order now and then; this turn was a little shorter.
      const [row] = await listSessions(folder);
      const second = await run({ folder, team: team(), killAt: 0, resume: row?.id, apply: true });
      const where = `killed at fact ${killAt}`;
      expect({ where, errors: second.errors }).toEqual({ where, errors: '' });
      expect({ where, ...second.outcome }).toMatchObject({ where, outcome: 'decided', agent: 'right', tree: whole.outcome?.tree });
      expect(readFileSync(join(folder, 'sum.js'), 'utf8')).toContain('one, 0)');
      const { events } = await readSession(folder, row?.id ?? '');
      expect(events.map((event) => event.seq)).toEqual(events.map((_, at) => at + 1));
    };
    // Two at a time: as many as the smallest machine has cores.
    const queue = [...points];
    const worker = async (): Promise<void> => {
      for (let at = queue.shift(); at !== undefined; at = queue.shift()) await kill(at);
    };
    await Promise.all([worker(), worker()]);
  }, 240_000);
});
