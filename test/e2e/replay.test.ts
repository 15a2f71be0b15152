/** A session that was recorded over the wire is played again, offline, and comes out the same; or says what differs. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replayOf } from '../../src/engine/replaying.js';
import { createSession, openSession, type Session } from '../../src/engine/session.js';
import type { Team } from '../../src/protocol/events.js';
import { type Handler, type ModelReply, startModelServer } from '../fixtures/model-server.js';
import { removeFolders, repository, testHost } from '../fixtures/team.js';
import { calls, KEY, modelsOf, offers, vote, write } from './play.js';

const scratch = mkdtempSync(join(tmpdir(), 'massgen-replay-'));
afterAll(() => {
  removeFolders();
  rmSync(scratch, { recursive: true, force: true });
});

const files = {
  'a.txt': 'one\n',
  'b.txt': 'two\n',
  'check.mjs':
    "import { readFileSync } from 'node:fs';\nconsole.log('took', Math.random(), 's');\nif (readFileSync('a.txt', 'utf8') === 'bad\\n') process.exit(1);\n",
};
const settings: Partial<Team['settings']> = {
  checks: [{ name: 'check', command: 'node check.mjs', cwd: '', timeoutSeconds: 60 }],
  policy: { allow: ['node'], ask: [], deny: [], network: 'none' },
};

/** What came out: trees, ballots, outcome. */
const outcomeOf = ({ facts, state }: Session) => {
  const events = [...facts];
  return {
    candidates: state.turns.flatMap((turn) => turn.candidates.map(({ id, agent, tree, words }) => ({ id, agent, tree, words }))),
    ballots: events.flatMap((fact) => (fact.type === 'ballot.cast' ? [fact.ballot] : [])),
    refused: events.filter((fact) => fact.type === 'ballot.refused' || fact.type === 'candidate.refused').length,
    decisions: state.turns.map((turn) => turn.decision),
    ends: events.flatMap((fact) => (fact.type === 'run.ended' ? [`${fact.run} ${fact.reason} ${fact.failure?.message ?? ''}`] : [])).sort(),
    usage: events.flatMap((fact) => (fact.type === 'usage.recorded' ? [[fact.run, fact.input, fact.costUsd]] : [])).sort(),
  };
};

/** Agents that answer at different times, one of them wrongly, fail on the wire, and look at each other. */
const handler =
  (slow: number): Handler =>
  async (call): Promise<ModelReply> => {
    const agent = call.model.replace('model-of-', '');
    const text = JSON.stringify(call.messages);
    if (!offers(call, 'new_answer') && !offers(call, 'vote')) return { text: `Done. The key is not ${KEY}.`, chunkSize: 7 };
    if (call.n === 1) return { status: 529, body: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}' };
    if (agent === 'b') await new Promise((resolve) => setTimeout(resolve, slow));
    // Whoever is earlier, each answers before it votes.
    if (text.includes(`I am ${agent}.`)) {
      const label = /<answer label=\\"(\w+)\\" yours=\\"no\\">\\nI am a/.exec(text)?.[1] ?? 'agent1';
      return vote(label);
    }
    if (!/"role":"tool"|"tool_result"/.test(text))
      return {
        reasoning: 'Look first.',
        signature: 's',
        ...calls(['read_file', { path: 'a.txt' }], ['read_file', { path: 'b.txt' }], ['run_command', { command: 'node check.mjs' }]),
      };
    return calls(write('a.txt', agent === 'b' ? 'bad\n' : `from ${agent}\n`), ['new_answer', { content: `I am ${agent}.` }]);
  };

async function recorded(folder: string, file: string): Promise<ReturnType<typeof outcomeOf>> {
  const server = await startModelServer(handler(400));
  const team = modelsOf(['a', 'b', 'c'], server.baseUrl, { mixed: true, graceSeconds: 30 });
  await using session = await createSession({ folder, host: testHost({ ...process.env, TEST_KEY: KEY }), record: file });
  await session.turn([{ type: 'text', text: 'Change a.txt.' }], { ...team, settings: { ...team.settings, ...settings } });
  await server.stop();
  return outcomeOf(session);
}

async function played(folder: string, file: string, pace: 'recorded' | 'at-once' = 'at-once') {
  const replay = replayOf(file, pace, 0);
  await using session = await createSession({ folder, host: replay.host({ ...testHost({ PATH: process.env.PATH }), seed: () => 99 }) });
  await session.turn(replay.request, replay.team);
  return outcomeOf(session);
}

describe('a recording', () => {
  const file = join(scratch, 'one.jsonl');
  let folder = '';
  let before: ReturnType<typeof outcomeOf>;
  const copy = (change: Record<string, string> = {}): string => {
    const to = mkdtempSync(join(scratch, 'copy-'));
    cpSync(folder, to, { recursive: true, filter: (path) => !path.includes('.massgen') });
    for (const [path, text] of Object.entries(change)) writeFileSync(join(to, path), text);
    return to;
  };
  beforeAll(async () => {
    folder = repository(files);
    before = await recorded(folder, file);
  });

  test('comes out the same when it is played again, at once and at its pace, elsewhere and without a server or a key', async () => {
    expect(before.decisions[0]).toMatchObject({ outcome: 'decided' });
    expect(before.candidates.length).toBeGreaterThan(2);
    for (const pace of ['at-once', 'recorded'] as const) expect(await played(copy(), file, pace)).toEqual(before);
  });

  test('holds no key, not even one that came in pieces', () => {
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(KEY);
    const parts = text
      .split('\n')
      .flatMap((line) => (line.includes('"call.ended"') ? (JSON.parse(line).parts as [number, { type: string; text?: string }][]) : []));
    expect(parts.map(([, part]) => part.text ?? '').join('')).toContain('The key is not [redacted].');
    expect(text).toContain('"retryable":true');
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['a file that was read', { 'a.txt': 'one more\n' }, /call 2 of \w's work the result of read_file is .*one more.* and was .*one/],
    ['a check that fails here', { 'check.mjs': 'process.exit(1)\n' }, /call 2 of \w's work run_command failed, which succeeded then/],
  ])('that does not fit the folder says so of %s, and every agent ends with it', async (_, change, message) => {
    const { decisions } = await played(copy(change), file);
    expect(decisions[0]).toMatchObject({
      outcome: 'failed',
      failure: { code: 'config', message: expect.stringMatching(message), hint: 'The folder is not as it was when this was recorded.' },
    });
  });

  test('is refused where it has no such turn, and where it is none', () => {
    expect(() => replayOf(file, 'at-once', 1)).toThrow(/has no turn 2/);
    expect(() => replayOf(join(folder, 'a.txt'), 'at-once', 0)).toThrow(/is no recording/);
  });

  test('of another session is not written over', async () => {
    await expect(createSession({ folder, host: testHost(), record: file })).rejects.toThrow(/no recording of this session/);
  });
});

test('a session that was cut off and gone on with is one recording, and is played through', async () => {
  const file = join(scratch, 'cut.jsonl');
  const folder = repository(files);
  const server = await startModelServer((call) => {
    if (call.n === 0) return calls(['read_file', { path: 'a.txt' }]);
    if (call.n === 1) return { hang: 'body' };
    return offers(call, 'vote')
      ? vote('agent1')
      : offers(call, 'new_answer')
        ? calls(write('a.txt', 'two\n'), ['new_answer', { content: 'Two.' }])
        : { text: 'Done.' };
  });
  const host = testHost({ ...process.env, TEST_KEY: KEY });
  const session = await createSession({ folder, host, record: file });
  const cut = session.turn([{ type: 'text', text: 'Go.' }], modelsOf(['a'], server.baseUrl)).catch(() => undefined);
  while (server.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  await session[Symbol.asyncDispose]();
  await cut;
  writeFileSync(file, '{"type":"call.be', { flag: 'a' });
  await using again = await openSession({ folder, host, id: session.id, record: file });
  await again.resume();
  await server.stop();
  const to = repository(files);
  expect(await played(to, file)).toEqual(outcomeOf(again));
});
