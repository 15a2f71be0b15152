/** Freeing disk space from a window: it says what would go, takes exactly that, and leaves what somebody needs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sessionFiles } from '../../../src/engine/sessions.js';
import type { OpenSessions } from '../../../src/extension/hosting/open-sessions.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { removeFolders, repository, scriptedTeam } from '../../fixtures/team.js';
import { testWindow } from './window.js';

afterAll(removeFolders);

const team = scriptedTeam({
  solo: {
    work: [{ call: [{ write_file: { path: 'a.txt', content: 'A\n' } }], answer: 'Done.' }, { vote: { for: 'Done' } }],
    present: [{ say: 'Done.' }],
  },
});

const busy = scriptedTeam({ solo: { work: [{ fail: { hang: true } }] } });

/** A session of one turn. */
async function worked(window: OpenSessions): Promise<{ id: string; winner: string }> {
  const id = await window.intend({ do: 'start', request: [{ type: 'text', text: 'Change it.' }] });
  const watch = window.watch(id);
  await expect.poll(() => currentTurn(watch.now().state)?.decision?.winner, { timeout: 20_000 }).toBeDefined();
  const winner = currentTurn(watch.now().state)?.decision?.winner ?? '';
  watch.end();
  await expect.poll(() => window.works(id), { timeout: 20_000 }).toBe(false);
  return { id, winner };
}

test('what would go is said first, what is pending or open stays, and of what was confirmed nothing else goes', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const before = testWindow(folder, team);
  const old = await worked(before);
  const pending = await worked(before);
  await before.intend({ do: 'apply', session: pending.id, chosen: [{ candidate: pending.winner, selection: 'all' }] });
  const other = await worked(before);
  await before[Symbol.asyncDispose]();

  await using window = testWindow(folder, busy);
  const open = await window.intend({ do: 'start', request: [{ type: 'text', text: 'Take your time.' }] });
  const lists: string[] = [];
  window.subscribe((change) => lists.push(change.of));
  const would = await window.prune({ keep: 0, dryRun: true });
  expect(would.removed.map(({ id }) => id).sort()).toEqual([old.id, other.id].sort());
  expect(would.stayed.map(({ id }) => id).sort()).toEqual([open, pending.id].sort());
  expect(lists).toEqual([]);
  expect(await window.rows()).toHaveLength(4);

  const { removed, freed, storeKept } = await window.prune({ keep: 0, only: [old.id] });
  expect(removed.map(({ id }) => id)).toEqual([old.id]);
  expect(freed).toBeGreaterThan(0);
  expect(storeKept).toContain(open);
  expect(lists).toContain('rows');
  expect((await window.rows()).map(({ id }) => id).sort()).toEqual([open, pending.id, other.id].sort());
  expect(existsSync(sessionFiles(folder, old.id).folder)).toBe(false);
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('A\n');
});

test('what has just ended is not in the way', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  await using window = testWindow(folder, team);
  const { id } = await worked(window);
  const pruned = await window.prune({ keep: 0 });
  expect(pruned).toMatchObject({ removed: [{ id }], stayed: [] });
  expect(pruned.storeKept).toBeUndefined();
});

test('nothing goes from a folder that is not trusted', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  await using doubted = testWindow(folder, team, { trusted: false });
  await expect(doubted.prune({ keep: 0 })).rejects.toMatchObject({ failure: { code: 'usage' } });
});
