import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createSession } from '../../../src/engine/session.js';
import { sessionFiles } from '../../../src/engine/sessions.js';
import { currentTurn } from '../../../src/protocol/state.js';
import type { Mention } from '../../../src/protocol/wire.js';
import { removeFolders, repository, scriptedTeam, testHost } from '../../fixtures/team.js';
import { heldClock, testEditor, testView, testWindow } from './window.js';

afterAll(removeFolders);

const request = (text: string) => [{ type: 'text' as const, text }];
const answer = (path: string) => ({
  work: [
    { call: [{ write_file: { path, content: 'new\n' } }], answer: 'One.' },
    { vote: { for: 'One', reason: 'Mine.' } },
    { answer: 'Two.' },
    { vote: { for: 'Two', reason: 'Mine.' } },
  ],
  present: [{ say: 'Done.' }, { say: 'Done.' }],
});

describe('a session that another process writes', () => {
  test('is followed as it goes on; what is asked of it is refused with the reason, until that process leaves it', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const team = scriptedTeam({ a: answer('b.txt') });
    const other = await createSession({ folder, host: testHost() });
    await other.turn(request('First.'), team);
    const { id } = other;
    const window = testWindow(folder, team);
    const view = testView(window, { session: id });
    await view.ready();
    expect(view.state.turns).toHaveLength(1);

    const candidate = view.state.turns[0]?.candidates[0]?.id ?? '';
    const refused = { code: 'locked', message: expect.stringContaining('session') };
    await expect(view.intend({ do: 'vote', session: id, candidate, reason: 'x' })).rejects.toMatchObject(refused);
    await expect(view.intend({ do: 'apply', session: id, chosen: [{ candidate, selection: 'all' }] })).rejects.toMatchObject(refused);
    await expect(view.intend({ do: 'stop', session: id })).rejects.toMatchObject(refused);
    // Looking needs no lock.
    expect(await view.ask({ get: 'preview', session: id, chosen: [{ candidate, selection: 'all' }] })).toMatchObject({ paths: ['b.txt'] });

    await other.turn(request('Second.'), team);
    await view.until(() => view.state.turns[1]?.decision !== undefined);
    expect(view.state).toEqual(other.state);
    await other[Symbol.asyncDispose]();
    await view.intend({ do: 'vote', session: id, candidate, reason: 'The first was better.' });
    expect(view.state.turns[0]?.ballots.at(-1)).toMatchObject({ voter: 'you', choice: candidate });
    await window[Symbol.asyncDispose]();
  });

  test('two windows: what one does, the other shows', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const team = scriptedTeam({ a: answer('b.txt') });
    const [one, two] = [testWindow(folder, team), testWindow(folder, team)];
    const first = testView(one);
    await first.ready();
    await first.intend({ do: 'start', request: request('Go.') });
    const { id } = first.state;
    const second = testView(two, { session: id });
    await second.ready();
    await second.until(() => currentTurn(second.state)?.decision !== undefined);
    await first.until(() => currentTurn(first.state)?.decision !== undefined);
    expect(second.state).toEqual(first.state);
    await one[Symbol.asyncDispose]();
    await second.intend({ do: 'rename', session: id, title: 'Mine now' });
    expect(second.state.title).toBe('Mine now');
    await two[Symbol.asyncDispose]();
  });
});

test('an agent that asks waits for the person; what is allowed for good is kept, and the fact says so', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const asks = {
    work: [
      { call: [{ run_command: { command: 'echo one' } }] },
      { call: [{ run_command: { command: 'echo two' } }] },
      { answer: 'One.' },
      { vote: { for: 'One' } },
    ],
    present: [{ say: 'x' }],
  };
  const team = scriptedTeam(
    { maya: asks },
    { settings: { policy: { allow: [], ask: ['echo'], deny: [], network: 'none' } }, agent: { maya: { label: 'Maya' } } },
  );
  const window = testWindow(folder, team);
  const view = testView(window);
  await view.ready();
  await view.intend({ do: 'start', request: request('Echo.') });
  const session = view.state.id;
  await view.until(() => view.opened.asking.length > 0);
  const [first] = view.opened.asking;
  expect(first).toMatchObject({ session, agent: 'Maya', what: 'echo one', effect: 'run' });
  const { run = '', call = '' } = first ?? {};
  await view.intend({ do: 'permit', session, run, call, permission: 'always' });
  await view.until(() => view.opened.asking[0]?.what === 'echo two');
  await expect(view.intend({ do: 'permit', session, run, call, permission: 'once' })).rejects.toMatchObject({ code: 'not-found' });
  // A view that comes later is told what waits.
  const late = testView(window, { session });
  await late.ready();
  expect(late.opened.asking).toMatchObject([{ what: 'echo two' }]);
  await view.intend({ do: 'permit', session, run, call: view.opened.asking[0]?.call ?? '', permission: 'deny' });
  await view.until(() => currentTurn(view.state)?.decision !== undefined && view.opened.asking.length === 0);
  expect(view.events.filter((event) => event.type === 'approval.answered')).toMatchObject([
    { answer: 'allowed', by: 'you', for: 'always' },
    { answer: 'denied', by: 'you' },
  ]);
  expect(readFileSync(join(folder, '.massgen', 'policy.yaml'), 'utf8')).toContain('echo one');
  await window[Symbol.asyncDispose]();
});

describe('a window', () => {
  test('that is not trusted runs nothing, and still shows everything', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const team = scriptedTeam({ a: answer('b.txt') });
    const session = await createSession({ folder, host: testHost() });
    const { winner = '' } = await session.turn(request('First.'), team);
    await session[Symbol.asyncDispose]();
    const window = testWindow(folder, team, { trusted: false });
    const view = testView(window, { session: session.id });
    await view.ready();
    const refused = { code: 'usage', hint: expect.stringContaining('Trust') };
    await expect(view.intend({ do: 'start', request: request('x') })).rejects.toMatchObject(refused);
    await expect(view.intend({ do: 'say', session: session.id, request: request('x') })).rejects.toMatchObject(refused);
    await expect(view.ask({ get: 'checks', session: session.id, chosen: [{ candidate: winner, selection: 'all' }] })).rejects.toMatchObject(
      refused,
    );
    expect(await view.ask({ get: 'files', session: session.id, candidate: winner, against: 'base' })).toMatchObject([{ path: 'b.txt' }]);
    await window[Symbol.asyncDispose]();
  });

  test('whose turn cannot begin says why, and leaves nothing behind', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const key = { from: 'env' as const, name: 'NOT_SET_ANYWHERE' };
    const team = scriptedTeam({ a: answer('b.txt') }, { agent: { a: { backend: { type: 'openai', model: 'm', key, params: {} } } } });
    const window = testWindow(folder, team);
    const view = testView(window);
    await view.ready();
    await expect(view.intend({ do: 'start', request: request('x') })).rejects.toMatchObject({
      code: 'config',
      hint: expect.stringContaining('NOT_SET_ANYWHERE'),
    });
    await expect(view.intend({ do: 'start', request: request('x'), team: 'other' })).rejects.toMatchObject({ code: 'config' });
    expect(await window.rows()).toEqual([]);
    await window[Symbol.asyncDispose]();
  });
});

describe('a view', () => {
  test('keeps what was typed over a reload, asks the editor, and runs only commands of the extension', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const window = testWindow(folder, scriptedTeam({ a: answer('b.txt') }));
    const editor = testEditor();
    const view = testView(window, { editor });
    view.host.compose({ text: 'before it is ready', focus: true });
    expect(view.messages).toEqual([]);
    await view.ready();
    expect(view.messages.map((message) => message.send)).toEqual(['open', 'compose']);
    view.host.receive({ send: 'draft', draft: { text: 'half a sen' } });
    view.host.receive({ send: 'command', command: 'massgen.start', args: [] });
    view.host.receive({ send: 'command', command: 'workbench.action.quit', args: [] });
    expect(editor.ran).toEqual(['massgen.start']);
    expect(await view.ask({ get: 'mentions', text: 'src' })).toEqual<Mention[]>([{ kind: 'file', label: 'src', text: 'src' }]);
    const part = await view.ask({ get: 'attach', name: 'shot.png', base64: Buffer.from([1, 2, 3]).toString('base64') });
    expect(part).toMatchObject({ type: 'image', name: 'shot.png', mime: 'image/png', bytes: 3 });
    await expect(view.ask({ get: 'output', session: '', blob: 'f'.repeat(40) })).rejects.toMatchObject({ code: expect.any(String) });
    view.host.end();
    const reloaded = testView(window, { editor, session: 'gone' });
    await reloaded.ready();
    expect(reloaded.opened).toMatchObject({ draft: { text: 'half a sen' } });
    expect(reloaded.opened.session).toBeUndefined();
    await window[Symbol.asyncDispose]();
  });

  test('that saw a gap is opened anew, with nothing lost and nothing twice; no more than one message a frame comes unasked', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const window = testWindow(folder, scriptedTeam({ a: answer('b.txt') }));
    const clock = heldClock();
    const view = testView(window, { clock });
    const other = testView(window);
    await Promise.all([view.ready(), other.ready()]);
    await other.intend({ do: 'start', request: request('Go.') });
    const id = other.state.id;
    await view.host.show(id);
    await other.until(() => currentTurn(other.state)?.decision !== undefined);
    const before = view.messages.length;
    clock.pass(16);
    expect(view.messages.slice(before).map((message) => message.send)).toEqual(['events']);
    expect(view.state).toEqual(other.state);
    view.host.receive({ send: 'resync', seq: 3 });
    await view.until(() => view.messages.filter((message) => message.send === 'open').length === 3);
    expect(view.state).toEqual(other.state);
    const runs = currentTurn(view.state)?.runs.map((run) => run.id) ?? [];
    expect(Object.keys(view.opened.session?.live ?? {})).toEqual(runs);
    await window[Symbol.asyncDispose]();
    expect(readFileSync(sessionFiles(folder, id).log, 'utf8').split('\n').length - 1).toBe(view.state.seq);
  });
});
