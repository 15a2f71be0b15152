import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { textOf } from '../../../src/protocol/content.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { git, removeFolders, repository, scriptedTeam, writeFiles } from '../../fixtures/team.js';
import { testView, testWindow } from './window.js';

afterAll(removeFolders);

const lines = (changes: Record<number, string> = {}) =>
  Array.from({ length: 60 }, (_, at) => `${changes[at + 1] ?? `line ${at + 1}`}\n`).join('');
const mayas = lines({ 5: 'maya 5', 30: 'maya 30', 45: 'my own 45', 55: 'maya 55' });

/** Both answer in two turns; in a third an agent hangs until it is stopped. */
const team = scriptedTeam({
  maya: {
    work: [
      { call: [{ write_file: { path: 'a.txt', content: mayas } }], answer: 'Three lines.' },
      { vote: { for: 'Three', reason: 'It is complete.' } },
      { when: { contains: 'Shorter, please' }, answer: 'It is short now.' },
      { vote: { for: 'short', reason: 'Short.' } },
    ],
    present: [{ say: 'Three lines are done.' }, { say: 'Short.' }],
  },
  otto: {
    work: [
      { call: [{ write_file: { path: 'b.txt', content: 'otto\n' } }], answer: 'A new b.' },
      { vote: { for: 'Three', reason: 'More than mine.' } },
      { when: { contains: 'applied' }, answer: 'Nothing to add.' },
      { vote: { for: 'short', reason: 'Short.' } },
    ],
    present: [],
  },
});

test('start, watch, review, apply two hunks of one and a file of another, undo, say more, leave the window and go on', async () => {
  const folder = repository({ 'a.txt': lines(), 'b.txt': 'b\n' });
  writeFiles(folder, { 'a.txt': lines({ 45: 'my own 45' }), 'mine.txt': 'untracked\n' });
  const before = git(folder, 'status', '--porcelain');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const sessions = testWindow(folder, team);
  const sidebar = testView(sessions);
  await sidebar.ready();
  expect(sidebar.opened).toMatchObject({
    view: 'sidebar',
    rows: [],
    teams: [{ id: 'team', agents: [{ label: 'maya' }, { label: 'otto' }] }],
    trusted: true,
  });
  expect(sidebar.opened.session).toBeUndefined();

  // Start: the sidebar shows the new session, and its events come without a gap.
  await sidebar.intend({ do: 'start', request: [{ type: 'text', text: 'Change three lines.' }] });
  await sidebar.until(() => currentTurn(sidebar.state)?.decision !== undefined);
  const { id } = sidebar.state;
  expect(sidebar.state.turns[0]?.decision?.outcome).toBe('decided');
  expect(git(folder, 'status', '--porcelain')).toBe(before);
  const of = (agent: string) => sidebar.state.turns[0]?.candidates.find((one) => one.agent === agent && one.purpose === 'work')?.id ?? '';
  const [maya, otto] = [of('maya'), of('otto')];

  // Review: another view of the same session.
  const review = testView(sessions, { view: 'review', session: id });
  await review.ready();
  expect(review.state).toEqual(sidebar.state);
  expect(await review.ask({ get: 'files', session: id, candidate: maya, against: 'base' })).toMatchObject([
    { path: 'a.txt', added: 3, changedBy: [maya] },
  ]);
  const hunks = await review.ask({ get: 'hunks', session: id, candidate: maya, against: 'base', path: 'a.txt', ignoreWhitespace: false });
  expect(hunks.map((hunk) => hunk.number)).toEqual([1, 2, 3]);
  const run = review.state.turns[0]?.runs[0]?.id ?? '';
  const page = await review.ask({ get: 'transcript', session: id, run, limit: 2 });
  expect([page.facts.length, page.more]).toEqual([2, true]);
  const rest = await review.ask({ get: 'transcript', session: id, run, before: page.facts[0]?.seq ?? 0, limit: 1000 });
  expect([rest.facts[0]?.type, rest.more]).toEqual(['run.started', false]);

  // Two hunks of one candidate and a file of another, previewed and applied together.
  const chosen = [
    { candidate: maya, selection: [{ path: 'a.txt', hunks: [1, 2] }] },
    { candidate: otto, selection: [{ path: 'b.txt' }] },
  ];
  expect(await review.ask({ get: 'preview', session: id, chosen })).toEqual({ paths: ['a.txt', 'b.txt'], conflicts: [], kept: 1 });
  await review.intend({ do: 'apply', session: id, chosen });
  expect(review.state.applies).toMatchObject([{ status: 'applied', candidate: maya, also: [{ candidate: otto }] }]);
  expect(read('a.txt')).toBe(lines({ 5: 'maya 5', 30: 'maya 30', 45: 'my own 45' }));
  expect(read('b.txt')).toBe('otto\n');

  // One hunk of it is kept, another goes again; both are facts.
  const watch = sessions.watch(id);
  const pending = async () => (await sessions.pending(watch)).files.map((file) => [file.path, ...file.hunks.map((hunk) => hunk.number)]);
  expect(await pending()).toEqual([
    ['a.txt', 1, 2],
    ['b.txt', 1],
  ]);
  await sessions.accept(id, 'a1', [{ path: 'a.txt', hunks: [1] }]);
  await sessions.reject(id, 'a1', [{ path: 'a.txt', hunks: [2] }]);
  expect(read('a.txt')).toBe(lines({ 5: 'maya 5', 45: 'my own 45' }));
  expect(await pending()).toEqual([['b.txt', 1]]);
  await review.fact('changes.rejected');
  watch.end();
  await review.intend({ do: 'undo', session: id });
  expect(git(folder, 'status', '--porcelain')).toBe(before);
  expect(read('a.txt')).toBe(lines({ 45: 'my own 45' }));

  // A remark becomes the next turn, and the agents know what was asked before.
  await review.intend({ do: 'say', session: id, request: [{ type: 'text', text: 'Shorter, please.' }] });
  await review.until(() => review.state.turns[1]?.decision !== undefined);
  expect(review.state.turns[1]?.candidates.map((one) => textOf(one.words)).sort()).toEqual(['It is short now.', 'Nothing to add.']);
  await sidebar.until(() => sidebar.opened.rows[0]?.turns === 2 && sidebar.opened.rows[0].status === 'decided');
  await sidebar.intend({ do: 'rename', session: id, title: 'Three lines' });
  await sidebar.until(() => sidebar.opened.rows[0]?.title === 'Three lines');
  await sessions[Symbol.asyncDispose]();
  expect(existsSync(join(folder, '.massgen', 'sessions', id, 'lock'))).toBe(false);
}, 60_000);

test('stop ends a turn; a window that goes leaves it to be gone on with, and nothing goes on by itself', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const hangs = { work: [{ fail: { hang: true } }, { answer: 'After all.' }, { vote: { for: 'After' } }], present: [{ say: 'Done.' }] };
  const slow = scriptedTeam({ a: hangs });
  const first = testWindow(folder, slow);
  const view = testView(first);
  await view.ready();
  await view.intend({ do: 'start', request: [{ type: 'text', text: 'Wait.' }] });
  await view.until(() => (currentTurn(view.state)?.runs.length ?? 0) > 0);
  const { id } = view.state;
  expect(first.works(id)).toBe(true);
  await expect(view.intend({ do: 'remove', session: id })).rejects.toMatchObject({ code: 'usage' });
  await first[Symbol.asyncDispose]();

  // The next window shows it as it was left.
  const second = testWindow(folder, slow);
  const again = testView(second, { session: id });
  await again.ready();
  expect(again.opened.rows).toMatchObject([{ id, status: 'cut-off' }]);
  expect(currentTurn(again.state)?.decision).toBeUndefined();
  expect(second.works(id)).toBe(false);
  await again.intend({ do: 'resume', session: id });
  await again.intend({ do: 'stop', session: id });
  await again.until(() => currentTurn(again.state)?.decision !== undefined);
  expect(currentTurn(again.state)?.decision?.outcome).toBe('cancelled');
  await expect(again.intend({ do: 'stop', session: id })).rejects.toMatchObject({ code: 'usage' });
  await again.intend({ do: 'remove', session: id });
  await again.until(() => again.opened.rows.length === 0);
  expect(again.opened.session).toBeUndefined();
  await second[Symbol.asyncDispose]();
});
