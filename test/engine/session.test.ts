import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { acquireLock } from '../../src/engine/process/lock.js';
import { createSession, openSession, type Session } from '../../src/engine/session.js';
import { findSession, listSessions, readSession, sessionFiles } from '../../src/engine/sessions.js';
import { textOf } from '../../src/protocol/content.js';
import type { Fact, FactEvent } from '../../src/protocol/events.js';
import { stateOf } from '../../src/protocol/reduce.js';
import { git, removeFolders, repository, scriptedTeam, sumProject, testHost, writeFiles } from '../fixtures/team.js';

afterAll(removeFolders);

const fix = { edit_file: { path: 'sum.js', old_text: 'one, 1)', new_text: 'one, 0)' } };
const wrong = { edit_file: { path: 'sum.js', old_text: 'one, 1)', new_text: 'String(one), "")' } };
const two = {
  right: {
    work: [
      { call: [{ read_file: { path: 'sum.js' } }, { list_files: {} }] },
      { call: [fix], answer: 'The sum starts at 0.' },
      { vote: { for: 'starts at 0', reason: 'Its tests pass.' } },
    ],
    present: [{ say: 'The sum starts at 0 now.' }],
  },
  mistaken: { work: [{ call: [wrong], answer: 'It works perfectly.' }, { vote: { for: 'best', reason: 'Mine fails a test.' } }] },
};

const ask = (text: string) => [{ type: 'text' as const, text }];
const of = <T extends Fact['type']>(facts: Iterable<FactEvent>, type: T) =>
  [...facts].filter((event): event is Extract<FactEvent, { type: T }> => event.type === type);

describe('a turn', () => {
  test('from the task to the applied diff: answers are checked, voted on, presented, applied and taken back', async () => {
    const folder = repository(sumProject);
    writeFiles(folder, { 'notes.txt': 'mine\n' });
    const before = git(folder, 'status', '--porcelain');
    await using session = await createSession({ folder, host: testHost() });
    const decision = await session.turn(ask('Fix the sum.'), scriptedTeam(two));

    expect(decision.outcome).toBe('decided');
    const [turn] = session.state.turns;
    const [winner] = turn?.candidates.filter((one) => one.id === decision.winner) ?? [];
    expect(winner?.agent).toBe('right');
    expect(decision.standings.map(({ agent, voters }) => [agent, [...voters].sort()])).toEqual([
      ['right', ['mistaken', 'right']],
      ['mistaken', []],
    ]);
    const evidence = of(session.facts, 'evidence.recorded').find((event) => event.tree === winner?.tree);
    expect(evidence?.checks).toMatchObject([{ name: 'test', status: 'passed', tests: { passed: 2, failed: 0 } }]);
    const mistaken = turn?.candidates.find((one) => one.agent === 'mistaken');
    expect(turn?.checks[mistaken?.tree ?? '']?.results).toMatchObject([{ status: 'failed', newlyFailing: ['sum.test.js > is a number'] }]);
    expect(winner?.similarity.map((one) => one.to)).toContain('base');

    // Nothing of the person's is touched before an apply.
    expect(git(folder, 'status', '--porcelain')).toBe(before);
    expect(readFileSync(join(folder, 'sum.js'), 'utf8')).toBe(sumProject['sum.js']);
    const { plan } = await session.apply({ chosen: [{ candidate: decision.winner ?? '', selection: 'all' }] });
    expect(plan).toMatchObject({ paths: ['sum.js'], conflicts: [] });
    expect(readFileSync(join(folder, 'sum.js'), 'utf8')).toContain('one, 0)');
    await session.undo();
    expect(readFileSync(join(folder, 'sum.js'), 'utf8')).toBe(sumProject['sum.js']);
    expect(session.state.applies.map((apply) => apply.status)).toEqual(['undone']);
  });

  test('replay equals live, and the log is what was published', async () => {
    const folder = repository(sumProject);
    const session = await createSession({ folder, host: testHost() });
    const seen: FactEvent[] = [];
    session.subscribe((event) => 'seq' in event && seen.push(event));
    await session.turn(ask('Fix the sum.'), scriptedTeam(two));
    const live = session.state;
    await session[Symbol.asyncDispose]();
    const read = await readSession(folder, session.id);
    expect([...read.facts]).toEqual(seen);
    expect(stateOf(read.facts)).toEqual(live);
  });

  test('costs no call more than it needs: two answers, two votes, one presentation', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const answer = (text: string) => ({ work: [{ answer: text }, { vote: { for: 'one' } }], present: [{ say: 'Done.' }] });
    await using session = await createSession({ folder, host: testHost() });
    const decision = await session.turn(ask('Say something.'), scriptedTeam({ a: answer('one'), b: answer('two') }));
    expect(decision.outcome).toBe('decided');
    expect(of(session.facts, 'message.completed')).toHaveLength(5);
  });

  test('its workspaces are gone when it has ended, and the folder ignores what is kept', async () => {
    const folder = repository(sumProject);
    const session = await createSession({ folder, host: testHost() });
    await session.turn(ask('Fix the sum.'), scriptedTeam(two));
    await session[Symbol.asyncDispose]();
    expect(readdirSync(join(folder, '.massgen', 'workspaces'))).toEqual([]);
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  test('the next turn begins with the folder as it then is, and knows what was asked, answered and applied', async () => {
    const folder = repository(sumProject);
    const third = {
      work: [
        ...two.right.work,
        { when: { contains: 'applied it as a whole: sum.js' }, answer: 'I know.' },
        { say: 'never' },
        { vote: { for: 'know' } },
      ],
    };
    const team = scriptedTeam({ right: third });
    await using session = await createSession({ folder, host: testHost() });
    const first = await session.turn(ask('Fix the sum.'), team);
    await session.apply({ chosen: [{ candidate: first.winner ?? '', selection: 'all' }] });
    writeFiles(folder, { 'mine.txt': 'new\n' });
    await session.turn(ask('And now?'), team);
    const [one, other] = session.state.turns;
    expect(other?.base).not.toBe(one?.base);
    expect((await session.store.read(other?.base ?? '', ['mine.txt'])).has('mine.txt')).toBe(true);
    expect(other?.candidates.map((candidate) => textOf(candidate.words))).toEqual(['I know.']);
  });
});

describe('a selection', () => {
  test('is checked before it is applied: as evidence of its own tree, against the base', async () => {
    const folder = repository(sumProject);
    await using session = await createSession({ folder, host: testHost() });
    await session.turn(ask('Fix the sum.'), scriptedTeam(two));
    const of = (agent: string) => session.state.turns[0]?.candidates.find((one) => one.agent === agent)?.id ?? '';
    // The wrong line is not taken out, the right one comes behind it: nothing that runs.
    const half = [{ candidate: of('right'), selection: [{ path: 'sum.js', hunks: [{ hunk: 1, lines: [2] }] }] }];
    expect(await session.check(half)).toMatchObject([{ name: 'test', status: 'failed', newlyFailing: [expect.any(String)] }]);
    const whole = [{ candidate: of('right'), selection: [{ path: 'sum.js' }] }];
    expect(await session.check(whole)).toMatchObject([{ name: 'test', status: 'passed' }]);
    const both = [...whole, { candidate: of('mistaken'), selection: 'all' as const }];
    await expect(session.check(both)).rejects.toMatchObject({ failure: { code: 'conflict' } });
    const { plan } = await session.apply({ chosen: both });
    expect(plan).toMatchObject({ paths: [], conflicts: [{ path: 'sum.js' }] });
    expect(session.state.applies).toEqual([]);
  });
});

describe('limits', () => {
  test('a model that hangs: the turn ends by its time, with what was voted', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const team = scriptedTeam(
      { a: { work: [{ answer: 'one' }] }, b: { work: [{ fail: { hang: true, times: 'always' } }] } },
      { limits: { seconds: 1.5 }, pattern: { graceSeconds: 0.2 } },
    );
    await using session = await createSession({ folder, host: testHost() });
    const decision = await session.turn(ask('Do it.'), team);
    expect(decision.cause).toBe('time');
    expect(of(session.facts, 'run.ended').map((event) => event.reason)).toContain('cancelled');
  });

  test('an agent whose every call fails is set aside, the others decide', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const team = scriptedTeam({ a: { work: [{ answer: 'one' }] }, b: { work: [{ fail: { status: 401, times: 'always' } }] } });
    await using session = await createSession({ folder, host: testHost() });
    const decision = await session.turn(ask('Do it.'), team);
    expect(decision.outcome).toBe('decided');
    expect(of(session.facts, 'agent.set-aside')).toMatchObject([{ agent: 'b', why: { code: 'auth' } }]);
  });

  test('that is only beginning refuses another one', async () => {
    await using session = await createSession({ folder: repository(sumProject), host: testHost() });
    const first = session.turn(ask('Fix the sum.'), scriptedTeam(two));
    await expect(session.turn(ask('Once more.'), scriptedTeam(two))).rejects.toThrow('A turn is under way');
    expect((await first).outcome).toBe('decided');
    expect(session.state.turns).toHaveLength(1);
  });

  test('that is stopped while the folder is still being read ends as cancelled', async () => {
    await using session = await createSession({ folder: repository(sumProject), host: testHost() });
    const turn = session.turn(ask('Fix the sum.'), scriptedTeam(two));
    session.stop();
    expect((await turn).outcome).toBe('cancelled');
    expect(of(session.facts, 'run.started')).toEqual([]);
  });

  test('that is left while the folder is still being read has never been: no session, no lock', async () => {
    const folder = repository(sumProject);
    const session = await createSession({ folder, host: testHost() });
    const turn = session.turn(ask('Fix the sum.'), scriptedTeam(two));
    const ended = expect(turn).rejects.toMatchObject({ failure: { code: 'interrupted' } });
    await session[Symbol.asyncDispose]();
    await ended;
    expect(readdirSync(join(folder, '.massgen', 'sessions'))).toEqual([]);
  });

  test('agents that only talk fail, and the turn with them', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const talk = { work: Array.from({ length: 30 }, () => ({ say: 'Let me think.' })) };
    await using session = await createSession({ folder, host: testHost() });
    const decision = await session.turn(ask('Do it.'), scriptedTeam({ a: talk, b: talk }));
    expect(decision).toMatchObject({ outcome: 'failed', failure: { code: 'no-answer' } });
  });
});

describe('what is kept', () => {
  test('no secret is in the log, wherever it came from', async () => {
    const folder = repository({ 'a.txt': 'the key is sk-very-secret-value\n' });
    const team = scriptedTeam({
      a: { work: [{ say: 'It is sk-very-secret-value.', call: [{ read_file: { path: 'a.txt' } }] }, { answer: 'sk-very-secret-value' }] },
    });
    const session = await createSession({ folder, host: testHost({ ...process.env, TEST_API_KEY: 'sk-very-secret-value' }) });
    const shown: string[] = [];
    session.subscribe((event) => shown.push(JSON.stringify(event)));
    await session.turn(ask('What is the key?'), team);
    await session[Symbol.asyncDispose]();
    expect(readFileSync(sessionFiles(folder, session.id).log, 'utf8')).not.toContain('sk-very-secret-value');
    expect(shown.join('\n')).not.toContain('sk-very-secret-value');
    expect(shown.filter((line) => line.includes('text.delta')).join('')).toContain('It is ');
  });

  test('a session is written by one process at a time', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const session = await createSession({ folder, host: testHost() });
    await session.turn(ask('Do it.'), scriptedTeam({ a: { work: [{ answer: 'one' }] } }));
    await expect(openSession({ folder, host: testHost(), id: session.id })).rejects.toMatchObject({ failure: { code: 'locked' } });
    await session[Symbol.asyncDispose]();
    const again = await openSession({ folder, host: testHost(), id: session.id });
    expect(again.state).toEqual(session.state);
    await again[Symbol.asyncDispose]();
  });

  test('sessions are listed newest first and found by a prefix', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const team = scriptedTeam({ a: { work: [{ answer: 'one' }] } });
    const first: Session = await createSession({ folder, host: testHost() });
    await first.turn(ask('Do   it,\nplease.'), team);
    await first[Symbol.asyncDispose]();
    expect(await listSessions(folder)).toMatchObject([{ id: first.id, title: 'Do it, please.', status: 'decided', turns: 1 }]);
    expect(await findSession(folder, 'latest')).toBe(first.id);
    expect(await findSession(folder, first.id.slice(0, 17))).toBe(first.id);
    await expect(findSession(folder, 'nothing')).rejects.toMatchObject({ failure: { code: 'not-found' } });
  });

  test("the person's ballot after the end decides again", async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const say = (text: string) => ({ work: [{ answer: text }, { vote: { for: 'one' } }] });
    await using session = await createSession({ folder, host: testHost() });
    const first = await session.turn(ask('Do it.'), scriptedTeam({ a: say('one'), b: say('two') }, { pattern: { weights: { you: 5 } } }));
    const other = session.state.turns[0]?.candidates.find((one) => one.id !== first.winner)?.id ?? '';
    expect(session.vote(other, 'I like it.')).toMatchObject({ outcome: 'decided', winner: other });
    expect(of(session.facts, 'turn.ended')).toHaveLength(2);
  });
});

test.skipIf(process.platform !== 'linux')('a session that could not be opened holds nothing open', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const session = await createSession({ folder, host: testHost() });
  await session.turn(
    ask('Say something.'),
    scriptedTeam({ a: { work: [{ answer: 'x' }, { vote: { for: 'x' } }], present: [{ say: 'y' }] } }),
  );
  await session[Symbol.asyncDispose]();
  const { id } = session;
  const held = () => readdirSync('/proc/self/fd').filter((fd) => readIfLink(`/proc/self/fd/${fd}`).includes(id));
  await using _lock = await acquireLock(join(folder, '.massgen', 'folder.lock'), 'another');
  await expect(openSession({ folder, host: testHost(), id })).rejects.toThrow('another');
  expect(held()).toEqual([]);
  expect(existsSync(join(folder, '.massgen', 'sessions', id, 'lock'))).toBe(false);
});

function readIfLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The one that was open to list them.
    return '';
  }
}
