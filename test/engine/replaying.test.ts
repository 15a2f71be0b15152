/** In which order a recording is played where what happens side by side could come in any. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { begin, beginningOf, checksOf } from '../../src/engine/providers/milestones.js';
import type { Course } from '../../src/engine/providers/provider.js';
import { HEAD, placeOf } from '../../src/engine/providers/recording.js';
import { replayOf } from '../../src/engine/replaying.js';
import type { FactEvent } from '../../src/protocol/events.js';
import { testHost } from '../fixtures/team.js';

const scratch = mkdtempSync(join(tmpdir(), 'massgen-replaying-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const agents = ['a', 'b'].map((id) => ({ id, backend: { type: 'openai', model: 'm' } }));
const started = { type: 'turn.started', turn: 't1', request: [], agents, seed: 7 };
const runs = agents.map(({ id }) => ({ type: 'run.started', run: `run-${id}`, agent: id, turn: 't1' }));
const answer = { type: 'candidate.submitted', candidate: { id: 'c1', run: 'run-a' } };
const checked = { type: 'evidence.recorded', candidate: 'c1', tree: 'x' };
const position = (agent: string, call = 0) => ({ agent, purpose: 'work' as const, call });
const asked = { system: '', tools: [], kept: 0, messages: [] };
const began = (id: number, agent: string, call = 0) => ({ type: 'call.began', id, ...position(agent, call), asked, at: 0 });
const ended = (id: number) => ({ type: 'call.ended', id, parts: [], at: 1 });

function recordingOf(...lines: object[]): string {
  const file = join(scratch, `${Math.random()}.jsonl`);
  writeFileSync(file, [HEAD, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

/** A session that has come so far, and is told what comes next. */
function courseOf(...facts: object[]): Course {
  return { facts: facts as FactEvent[], subscribe: () => () => undefined };
}

async function stateOf(waiting: Promise<boolean>): Promise<boolean | 'waits'> {
  await new Promise((resolve) => setImmediate(resolve));
  return Promise.race([waiting, 'waits' as const]);
}

const inOrder = (file: string, course: Course): Promise<boolean> => {
  const { inOrder } = replayOf(file, 'at-once', 0).host(testHost());
  if (inOrder === undefined) throw new Error('no order');
  return inOrder(checksOf('c1'), course, new AbortController().signal);
};

test('checks that ended after the other agent had asked are told of after it has asked', async () => {
  const file = recordingOf(started, ...runs, began(1, 'a'), ended(1), answer, began(2, 'b'), checked, ended(2));
  const course = courseOf(...runs, answer);
  begin(course, beginningOf(placeOf(position('a')), 0));
  const waiting = inOrder(file, course);
  expect(await stateOf(waiting)).toBe('waits');
  begin(course, beginningOf(placeOf(position('b')), 0));
  expect(await stateOf(waiting)).toBe(true);
});

test('checks that ended before it asked wait for nothing of it', async () => {
  const file = recordingOf(started, ...runs, began(1, 'a'), ended(1), answer, checked, began(2, 'b'), ended(2));
  const course = courseOf(...runs, answer);
  begin(course, beginningOf(placeOf(position('a')), 0));
  expect(await stateOf(inOrder(file, course))).toBe(true);
});

test('a call that was asked again counts by its tries', async () => {
  const file = recordingOf(started, ...runs, began(1, 'a'), ended(1), answer, began(2, 'b'), ended(2), began(3, 'b'), checked, ended(3));
  const course = courseOf(...runs, answer);
  const place = placeOf(position('b'));
  begin(course, beginningOf(placeOf(position('a')), 0));
  begin(course, beginningOf(place, 0));
  const waiting = inOrder(file, course);
  expect(await stateOf(waiting)).toBe('waits');
  begin(course, beginningOf(place, 1));
  expect(await stateOf(waiting)).toBe(true);
});

test('where an agent is out that was not then, nothing is waited for', async () => {
  const file = recordingOf(started, ...runs, began(1, 'a'), ended(1), answer, began(2, 'b'), checked, ended(2));
  expect(await stateOf(inOrder(file, courseOf(...runs, { type: 'agent.set-aside', agent: 'b' }, answer)))).toBe(false);
});
