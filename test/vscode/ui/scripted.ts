/** A team of scripted models, as files of a folder; and how a person sets it to work. */
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { openCatalogue, readSession } from '../../../src/engine/sessions.js';

/** `more`: what else the configuration says. */
export function scriptedFiles(
  agents: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const backend = { type: 'scripted', scenario: 'scenario.yaml' };
  return {
    'massgen.yaml': stringify({ agents: Object.keys(agents).map((id) => ({ id, backend })), ...more }),
    'scenario.yaml': stringify({ agents }),
    'src/add.js': 'export const add = (a, b) => a - b;\n',
  };
}

const fixed = 'export const add = (a, b) => a + b;\n';

/** An agent that repairs the sum, whatever else it does before. */
export const repairs = (before: readonly unknown[] = []) => ({
  work: [...before, { call: [{ write_file: { path: 'src/add.js', content: fixed } }], answer: 'It adds now.' }, { vote: { for: 'adds' } }],
  present: [{ say: 'It adds now.' }],
});

/** Writes a task into the composer and starts it, by the keys alone. */
export async function startTask(sidebar: Frame, task: string, label = 'What should be done'): Promise<void> {
  const area = sidebar.getByRole('textbox', { name: label });
  await area.fill(task);
  await area.press('Control+Enter');
}

/** The last session of a folder, as the disk has it. */
export async function lastSession(folder: string) {
  const [row] = await openCatalogue(folder).rows();
  if (row === undefined) throw new Error(`no session was begun in ${join(folder, '.massgen')}`);
  return readSession(folder, row.id);
}

export async function decided(folder: string) {
  await expect.poll(async () => (await lastSession(folder)).state.turns.at(-1)?.decision?.outcome, { timeout: 60_000 }).toBe('decided');
  return lastSession(folder);
}
