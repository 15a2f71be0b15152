/** What is pending of a folder is the same in every window, and after a reload. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { selectionOf } from '../../../src/engine/pending.js';
import type { OpenSessions } from '../../../src/extension/hosting/open-sessions.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { removeFolders, repository, scriptedTeam } from '../../fixtures/team.js';
import { testWindow } from './window.js';

afterAll(removeFolders);

const team = scriptedTeam({
  solo: {
    work: [
      { call: [{ write_file: { path: 'a.txt', content: 'A\n' } }, { write_file: { path: 'b.txt', content: 'B\n' } }], answer: 'Done.' },
      { vote: { for: 'Done' } },
    ],
    present: [{ say: 'Done.' }],
  },
});
const files = async (window: OpenSessions) => (await window.allPending()).changes.flatMap((change) => change.files.map(({ path }) => path));

test('two windows and a reloaded one show the same, and follow what each does', async () => {
  const folder = repository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  const first = testWindow(folder, team);
  const id = await first.intend({ do: 'start', request: [{ type: 'text', text: 'Change it.' }] });
  const watch = first.watch(id);
  await expect.poll(() => currentTurn(watch.now().state)?.decision?.winner, { timeout: 20_000 }).toBeDefined();
  const candidate = currentTurn(watch.now().state)?.decision?.winner ?? '';
  await first.intend({ do: 'apply', session: id, chosen: [{ candidate, selection: 'all' }] });
  await using second = testWindow(folder, team);
  expect(await files(first)).toEqual(['a.txt', 'b.txt']);
  expect(await second.allPending()).toEqual(await first.allPending());
  await first[Symbol.asyncDispose]();

  await using reloaded = testWindow(folder, team);
  expect(await reloaded.allPending()).toEqual(await second.allPending());
  const told: string[] = [];
  reloaded.subscribe((change) => change.of === 'event' && told.push(change.event.type));
  const [one] = (await second.allPending()).changes;
  const [a] = one?.files ?? [];
  if (one === undefined || a === undefined) throw new Error('nothing is pending');
  await second.accept(id, one.apply, selectionOf(a));
  await expect.poll(() => told, { timeout: 10_000 }).toContain('changes.accepted');
  expect(await files(reloaded)).toEqual(['b.txt']);
  await second.reject(id, one.apply, [{ path: 'b.txt' }]);
  expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('b\n');
  expect(await files(second)).toEqual([]);
  await expect.poll(() => files(reloaded), { timeout: 10_000 }).toEqual([]);
});

test('a folder without sessions is left alone, and one that is not trusted is not looked into', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  await using window = testWindow(folder, team);
  expect((await window.allPending()).changes).toEqual([]);
  expect(existsSync(join(folder, '.massgen'))).toBe(false);
  await using doubted = testWindow(folder, team, { trusted: false });
  expect(await doubted.allPending()).toEqual({ root: '', changes: [] });
});
