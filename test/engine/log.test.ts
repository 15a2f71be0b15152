import * as fs from 'node:fs';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as logs from '../../src/engine/log.js';
import type { Format } from '../../src/engine/log-format.js';
import type { Fact, FactEvent } from '../../src/protocol/events.js';
import { FailureError } from '../../src/protocol/failure.js';
import { stateOf } from '../../src/protocol/reduce.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'log-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
function fresh(...lines: (object | string)[]): string {
  const path = join(fs.mkdtempSync(join(root, `${++count}-`)), 'events.jsonl');
  if (lines.length > 0) writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
  return path;
}
const beside = (path: string) => readdirSync(join(path, '..')).filter((name) => name !== 'events.jsonl');

const facts: Fact[] = [
  { type: 'session.started', id: 's1', version: 1, folder: '/home/Zoë/項目' },
  { type: 'message.completed', run: 'r1', parts: [{ type: 'text', text: 'one line\nand another ✓\u2028' }] },
  { type: 'tool.returned', run: 'r1', call: 'x', ok: true, output: '{"looks": "like"}\n{"lines": 1}', durationMs: 3 },
  { type: 'time.passed', turn: 't1', what: 'checks:c1' },
  { type: 'session.resumed' },
];
const events: FactEvent[] = facts.map((fact, i) => ({ ...fact, seq: i + 1, at: 1000 + i }));
const [started, said] = events as [FactEvent, FactEvent, ...FactEvent[]];
const eventAfter = (before: readonly FactEvent[]): FactEvent => ({
  ...(facts[before.length === 0 ? 0 : 3] as Fact),
  seq: before.length + 1,
  at: 2000,
});

/** As `src` has them, with all facts as a list. Invariant: they come to the state. */
function readLog(...given: Parameters<typeof logs.readLog>) {
  const { facts: all, state, ...rest } = logs.readLog(...given);
  expect(stateOf(all)).toEqual(state);
  return { events: [...all], ...rest };
}
function openLog(...given: Parameters<typeof logs.openLog>) {
  const { log, state } = logs.openLog(...given);
  expect(stateOf(log.facts)).toEqual(state);
  return { log, events: [...log.facts] };
}

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof FailureError ? error.failure : error;
  }
  return undefined;
}

describe('a log', () => {
  test('gives back what was appended, over several openings', () => {
    const path = fresh();
    for (const event of events) {
      const { log, events: before } = openLog(path);
      expect(before).toEqual(events.slice(0, event.seq - 1));
      log.append(event);
      log.close();
    }
    expect(readLog(path)).toEqual({ events, tornBytes: 0 });
    expect(beside(path)).toEqual([]);
  });

  test('has each fact in the file as soon as it is appended', () => {
    const path = fresh();
    const { log } = openLog(path);
    for (const event of events) {
      log.append(event);
      expect(readLog(path).events).toHaveLength(event.seq);
    }
    log.close();
  });

  test('that is not there cannot be read', () => {
    expect(failureOf(() => readLog(fresh()))).toMatchObject({ code: 'not-found' });
  });

  test.each([
    ['a gap', { ...said, seq: 3 }],
    ['a number again', { ...said, seq: 1 }],
    ['a second start', { ...started, seq: 2 }],
    ['an unknown fact', { seq: 2, at: 1, type: 'agent.promoted' }],
    ['no time', { ...said, at: Number.NaN }],
  ])('refuses %s', (_, event) => {
    const path = fresh(started);
    const { log } = openLog(path);
    expect(failureOf(() => log.append(event as FactEvent))).toMatchObject({ code: 'log' });
    log.append(said);
    log.close();
    expect(readLog(path).events).toEqual([started, said]);
  });

  test('begins with the start of a session', () => {
    const { log } = openLog(fresh());
    expect(failureOf(() => log.append({ type: 'session.resumed', seq: 1, at: 1 }))).toMatchObject({ code: 'log' });
    log.close();
  });

  test('takes nothing more when it is closed', () => {
    const { log } = openLog(fresh());
    log.append(started);
    log.close();
    log.close();
    expect(failureOf(() => log.append(said))).toMatchObject({ code: 'log' });
  });
});

describe('a crash', () => {
  test('at any byte leaves exactly the complete lines before it, and the log goes on without a gap', () => {
    const whole = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const part = whole.subarray(0, cut);
      const complete = part.toString('latin1').split('\n').length - 1;
      const torn = part.subarray(part.lastIndexOf(0x0a) + 1);
      const path = fresh();
      writeFileSync(path, part);
      expect(readLog(path)).toEqual({ events: events.slice(0, complete), tornBytes: torn.length });
      expect(readFileSync(path)).toEqual(part);

      const { log, events: before } = openLog(path);
      expect(before).toEqual(events.slice(0, complete));
      expect(beside(path)).toEqual(torn.length > 0 ? ['events.jsonl.torn-1'] : []);
      if (torn.length > 0) expect(readFileSync(`${path}.torn-1`)).toEqual(torn);
      const next = eventAfter(before);
      log.append(next);
      log.close();
      expect(readLog(path)).toEqual({ events: [...before, next], tornBytes: 0 });
    }
  });

  test.each(['\0\0\0\0\0\0', '{"seq":3,\n', '\0\0\0\n', '\n'])('that left %j at the end is recovered, every time', (torn) => {
    const path = fresh(started, said, torn);
    expect(readLog(path)).toEqual({ events: [started, said], tornBytes: torn.length });
    openLog(path).log.close();
    fs.appendFileSync(path, torn);
    openLog(path).log.close();
    expect(readLog(path)).toEqual({ events: [started, said], tornBytes: 0 });
    expect(beside(path)).toEqual(['events.jsonl.torn-1', 'events.jsonl.torn-2']);
  });
});

describe('a log that can only be read', () => {
  const cases: [string, (object | string)[], string][] = [
    ['a line that is not JSON', [started, '{"seq":2,\n', { ...said, seq: 3 }], 'line 2'],
    ['an empty line', [started, '\n', said], 'line 2'],
    ['a line that is not a fact', [started, 'null\n', said], 'line 2'],
    ['a gap', [started, { ...said, seq: 3 }], 'line 2'],
    ['a number twice', [started, said, said], 'line 3'],
    ['no time', [started, { ...said, at: 'noon' }], 'line 2'],
    ['a second start', [started, { ...started, seq: 2 }], 'line 2'],
    ['no start', [{ ...said, seq: 1 }], 'line 1'],
    ['a start without a version', [{ ...started, version: undefined }], 'line 1'],
    ['something of another kind', [{ hello: 'world' }], 'line 1'],
  ];
  test.each(cases)('for %s names the file and the line, and keeps what comes before', (_, lines, place) => {
    const path = fresh(...lines, '{"torn');
    const bytes = readFileSync(path);
    const before = events.slice(0, Number(place.split(' ')[1]) - 1);
    const read = readLog(path);
    expect(read.events).toEqual(before);
    expect(read.readOnly).toMatchObject({ code: 'log', message: expect.stringContaining(`${path}, ${place}: `) });

    const { log, events: opened } = openLog(path);
    expect(opened).toEqual(before);
    expect(log.readOnly).toEqual(read.readOnly);
    expect(failureOf(() => log.append(eventAfter(before)))).toEqual(read.readOnly);
    log.close();
    expect(readFileSync(path)).toEqual(bytes);
    expect(beside(path)).toEqual([]);
  });

  test.each(['agent.promoted', 'constructor', '__proto__'])('for the unknown fact %j says that a newer MassGen wrote it', (type) => {
    const path = fresh(started, { ...said, type }, said);
    const { log, events: before } = openLog(path);
    expect(before).toEqual([started]);
    expect(log.readOnly).toMatchObject({ code: 'log', message: expect.stringMatching(`line 2: a newer MassGen wrote the fact "${type}"`) });
  });

  test('for a newer version says which, and shows what is known', () => {
    const path = fresh({ ...started, version: 2 }, said, { seq: 3, at: 1, type: 'agent.promoted' });
    const { events: read, readOnly } = readLog(path);
    expect(read).toEqual([{ ...started, version: 2 }, said]);
    expect(readOnly).toMatchObject({ code: 'log', message: expect.stringMatching(/newer MassGen .* version is 2, .* up to 1\./) });
    const { log } = openLog(path);
    expect(failureOf(() => log.append({ ...said, seq: 3 }))).toEqual(readOnly);
  });
});

describe('an older version', () => {
  // As it might have been: the text of a message stood in a field of its own.
  const old = [{ ...started, version: 0 }, { type: 'message.completed', run: 'r1', text: 'hello', seq: 2, at: 1001 }, events[3] as object];
  const migrations: Format['migrations'] = {
    0: (event) => {
      if (typeof event !== 'object' || event === null || !('text' in event)) return event;
      const { text, ...rest } = event;
      return { ...rest, parts: [{ type: 'text', text }] };
    },
  };
  const format: Format = { version: 1, migrations };
  const migrated = [
    started,
    { type: 'message.completed', run: 'r1', parts: [{ type: 'text', text: 'hello' }], seq: 2, at: 1001 },
    { ...events[3], seq: 3 },
  ];
  const lines = old.map((event, i) => ({ ...event, seq: i + 1 }));

  test('is read as of this one without a change to the file', () => {
    const path = fresh(...lines);
    const bytes = readFileSync(path);
    expect(readLog(path, { format })).toEqual({ events: migrated, tornBytes: 0 });
    expect(readFileSync(path)).toEqual(bytes);
  });

  test('is rewritten when it is opened, torn end or not, and the old one is kept', () => {
    const path = fresh(...lines, '{"torn');
    const { log, events: before } = openLog(path, { format });
    expect(before).toEqual(migrated);
    log.append({ ...said, seq: 4 });
    log.close();
    expect(readLog(path)).toEqual({ events: [...migrated, { ...said, seq: 4 }], tornBytes: 0 });
    expect(beside(path)).toEqual(['events.jsonl.torn-1', 'events.jsonl.v0']);
    expect(readFileSync(`${path}.v0`, 'utf8')).toBe(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  });

  test('goes through every step in between', () => {
    const counting = (event: unknown) => ({ ...(event as object), at: Number((event as FactEvent).at) * 10 });
    const path = fresh({ ...started, version: 0, at: 1 });
    const steps = { version: 3, migrations: { 0: counting, 1: counting, 2: counting } };
    expect(readLog(path, { format: steps }).events).toEqual([{ ...started, version: 3, at: 1000 }]);
  });

  test('with a step missing can only be read by an older program', () => {
    const path = fresh(...lines);
    expect(readLog(path, { format: { version: 2, migrations } }).readOnly).toMatchObject({
      code: 'log',
      message: expect.stringContaining('is of version 0'),
    });
    expect(openLog(path).log.readOnly).toMatchObject({ code: 'log' });
  });
});

describe('a disk that fails', () => {
  const noSpace = () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  /** Writes at most `most` bytes at once, and fails after `calls` calls. */
  const writingAtMost = (most: number, calls: number) => {
    let left = calls;
    return ((file: number, line: Buffer, from: number, length: number, at: number) => {
      if (left-- === 0) noSpace();
      return fs.writeSync(file, line, from, Math.min(most, length), at);
    }) as typeof fs.writeSync;
  };

  test('half-way through a line leaves nothing of it, and the log goes on when there is space again', () => {
    const path = fresh(started);
    const { log } = openLog(path, { disk: { ...fs, writeSync: writingAtMost(5, 3) } });
    expect(failureOf(() => log.append(said))).toMatchObject({ code: 'log', hint: expect.stringContaining('space') });
    expect(readLog(path)).toEqual({ events: [started], tornBytes: 0 });
    log.append(said);
    log.close();
    expect(readLog(path)).toEqual({ events: [started, said], tornBytes: 0 });
  });

  test('and does not let a part of a line be taken back either closes the log for good', () => {
    const path = fresh(started);
    const { log } = openLog(path, { disk: { ...fs, writeSync: writingAtMost(5, 3), ftruncateSync: noSpace } });
    expect(failureOf(() => log.append(said))).toMatchObject({ code: 'log' });
    expect(failureOf(() => log.append(said))).toMatchObject({ code: 'log' });
    log.close();
    expect(readLog(path)).toEqual({ events: [started], tornBytes: 15 });
  });

  test('when it is told to keep a line leaves nothing of it', () => {
    const path = fresh(started);
    const broken = () => {
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    };
    const { log } = openLog(path, { disk: { ...fs, fsyncSync: broken } });
    const undone: FactEvent = { type: 'changes.undone', apply: 'a1', paths: [], cause: 'asked', seq: 2, at: 2 };
    expect(failureOf(() => log.append(undone))).toMatchObject({ code: 'log' });
    expect(readLog(path).events).toEqual([started]);
    log.append(said);
    expect(failureOf(() => log.close())).toMatchObject({ code: 'log' });
  });
});

test('the disk is waited for when the person’s files are at stake, at the end of a turn, and at closing', () => {
  const synced: string[] = [];
  const path = fresh();
  const fsyncSync = (file: number) => {
    synced.push(readFileSync(path, 'utf8').trimEnd().split('\n').length.toString());
    fs.fsyncSync(file);
  };
  const { log } = openLog(path, { disk: { ...fs, fsyncSync } });
  const sequence: Fact[] = [
    ...facts.slice(0, 3),
    { type: 'turn.ended', turn: 't1', outcome: 'undecided', standings: [], ballots: { live: 0, needed: 1 } },
    { type: 'apply.started', apply: 'a1', candidate: 'c1', selection: 'all', paths: [], before: 'a'.repeat(40), after: 'b'.repeat(40) },
    { type: 'changes.applied', apply: 'a1', candidate: 'c1', paths: [], marked: [] },
    { type: 'session.resumed' },
  ];
  sequence.forEach((fact, i) => {
    log.append({ ...fact, seq: i + 1, at: i });
  });
  expect(synced).toEqual(['4', '5', '6']);
  log.close();
  expect(synced).toEqual(['4', '5', '6', '7']);
});
