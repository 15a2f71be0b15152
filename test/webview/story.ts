/** A session as facts: three agents repair a rate limiter, one changes its mind, one breaks a test. */
import type { CandidateId, CheckResult, Fact, FactEvent } from '../../src/protocol/events.js';

import type { FileDiff, HunkDiff } from '../../src/protocol/review.js';

const START = Date.now() - 165_000;
const agent = (id: string, model: string) => ({
  id,
  label: id,
  runner: 'native' as const,
  backend: { type: 'openai', model, key: { from: 'none' as const }, params: {} },
});

const agents = [agent('maya', 'claude-sonnet'), agent('otto', 'gpt'), agent('rin', 'qwen, local')];

const check = (name: string, more: Partial<CheckResult>): CheckResult => ({
  name,
  command: `npm run ${name}`,
  status: 'passed',
  version: 'base',
  durationMs: 900,
  ...more,
});
const tests = (passed: number, failed = 0) => ({ tests: { passed, failed, skipped: 0 } });
const good = (count: number): CheckResult[] => [check('test', tests(count)), check('types', {}), check('lint', {})];
const bad: CheckResult[] = [
  check('test', { status: 'failed', ...tests(127, 1), newlyFailing: ['limiter.test.ts › keeps order under clock skew'] }),
  check('types', {}),
  check('lint', {}),
];
const partly: CheckResult[] = [
  check('test', tests(126)),
  check('types', {}),
  check('lint', { status: 'not-run', why: 'eslint is not installed' }),
];

const turnStarted = (turn: string, words: string): Fact => ({
  type: 'turn.started',
  turn,
  request: [{ type: 'text', text: words }],
  base: 'b'.repeat(40),
  summary: { changed: 3, untracked: 1, refused: [] },
  checkSpecs: [],
  seed: 7,
  agents,
  pattern: {
    id: 'consensus',
    rule: 'plurality',
    quorum: 2,
    weights: {},
    selfVote: 'completes',
    sensitivity: 'balanced',
    novelty: 'balanced',
    answers: 3,
    failedRuns: 3,
    graceSeconds: 60,
    checkSeconds: 120,
  },
  limits: { seconds: 1800, callsPerRun: 100, costUsd: 2 },
  settings: { policy: { allow: [], ask: [], deny: [], network: 'none' }, checks: 'detect', dependencies: 'link' },
});

type Timed = [second: number, fact: Fact];
const run = (second: number, id: string, who: string, shown: CandidateId[] = []): Timed => [
  second,
  {
    type: 'run.started',
    run: id,
    turn: 't1',
    agent: who,
    purpose: 'work',
    shown: shown.map((candidate, at) => ({ candidate, label: `agent${at + 1}` })),
  },
];
const ends = (second: number, id: string): Timed => [second, { type: 'run.ended', run: id, reason: 'done' }];
const used = (second: number, id: string, input: number, costUsd: number): Timed => [
  second,
  { type: 'usage.recorded', run: id, input, output: 900, costUsd },
];
const says = (second: number, id: string, text: string): Timed => [
  second,
  { type: 'message.completed', run: id, parts: [{ type: 'text', text }] },
];

interface Answer {
  id: CandidateId;
  who: string;
  run: string;
  words: string;
  size: [files: number, added: number, removed: number];
  like: [to: CandidateId, score: number][];
  previous?: CandidateId;
}
const answers = (second: number, { id, who, run: by, words, size, like, previous }: Answer): Timed => [
  second,
  {
    type: 'candidate.submitted',
    candidate: {
      id,
      agent: who,
      run: by,
      turn: 't1',
      words: [{ type: 'text', text: words }],
      tree: id.padEnd(40, '0'),
      size: { files: size[0], added: size[1], removed: size[2] },
      similarity: [{ to: 'base', score: 0.1 }, ...like.map(([to, score]) => ({ to, score }))],
      ...(previous !== undefined && { previous }),
    },
  },
];
const evidence = (second: number, candidate: CandidateId, checks: CheckResult[]): Timed => [
  second,
  { type: 'evidence.recorded', turn: 't1', tree: candidate.padEnd(40, '0'), candidate, checks },
];
const votes = (second: number, by: string, voter: string, choice: CandidateId, reason: string): Timed => [
  second,
  { type: 'ballot.cast', turn: 't1', run: by, ballot: { voter, choice, reason } },
];

const words = {
  maya: 'Refill is clamped to **capacity** and time comes from one monotonic clock; two tests cover idle and clock skew.',
  otto: 'Replaces the bucket by a sliding window with the same interface.',
  rin: 'Caps the burst in the caller and documents the limit.',
};

const told: Timed[] = [
  [0, { type: 'session.started', id: 's1', version: 1, folder: '/home/ada/limiter' }],
  [0, turnStarted('t1', 'Fix the burst after idle in src/limiter.ts, keep the public interface')],
  [2, { type: 'evidence.recorded', turn: 't1', tree: 'b'.repeat(40), checks: [check('test', tests(126)), check('types', {})] }],
  run(1, 'r1', 'maya'),
  run(1, 'r2', 'otto'),
  run(1, 'r3', 'rin'),
  used(20, 'r1', 12_000, 0.03),
  says(22, 'r1', 'The refill never looks at the capacity. I clamp it where tokens flow in.'),
  [24, { type: 'tool.called', run: 'r1', call: 'k1', tool: 'run_checks', input: {}, effect: 'run' }],
  used(30, 'r2', 40_000, 0.1),
  used(31, 'r3', 8_000, 0),
  answers(70, { id: 'c1', who: 'rin', run: 'r3', words: words.rin, size: [1, 6, 1], like: [] }),
  ends(70, 'r3'),
  evidence(74, 'c1', partly),
  answers(85, { id: 'c2', who: 'maya', run: 'r1', words: 'Clamps the refill.', size: [2, 20, 9], like: [['c1', 0.12]] }),
  ends(85, 'r1'),
  evidence(88, 'c2', good(127)),
  answers(100, {
    id: 'c3',
    who: 'otto',
    run: 'r2',
    words: words.otto,
    size: [2, 61, 40],
    like: [
      ['c2', 0.6],
      ['c1', 0.15],
    ],
  }),
  ends(100, 'r2'),
  evidence(104, 'c3', bad),
  run(110, 'r4', 'maya', ['c1', 'c2', 'c3']),
  run(112, 'r5', 'rin', ['c1', 'c2', 'c3']),
  run(114, 'r6', 'otto', ['c1', 'c2', 'c3']),
  votes(140, 'r6', 'otto', 'c1', 'small and honest'),
  used(150, 'r4', 28_000, 0.08),
  answers(155, {
    id: 'c4',
    who: 'maya',
    run: 'r4',
    words: words.maya,
    size: [3, 34, 12],
    like: [
      ['c1', 0.12],
      ['c3', 0.71],
    ],
    previous: 'c2',
  }),
  ends(155, 'r4'),
  evidence(160, 'c4', good(128)),
  [161, { type: 'candidates.shown', run: 'r5', shown: [{ candidate: 'c4', label: 'agent2' }] }],
  [161, { type: 'candidates.shown', run: 'r6', shown: [{ candidate: 'c4', label: 'agent2' }] }],
];

const decided: Timed[] = [
  votes(178, 'r6', 'otto', 'c4', 'covers the skew case that mine fails'),
  ends(178, 'r6'),
  votes(190, 'r5', 'rin', 'c4', 'smallest change that passes both new tests'),
  ends(190, 'r5'),
  run(195, 'r7', 'maya', ['c1', 'c3', 'c4']),
  used(200, 'r7', 90_000, 0.21),
  used(201, 'r5', 33_000, 0),
  votes(221, 'r7', 'maya', 'c1', 'honest and small, but callers can forget it'),
  ends(221, 'r7'),
  [
    221,
    {
      type: 'turn.ended',
      turn: 't1',
      outcome: 'decided',
      winner: 'c4',
      standings: [
        { candidate: 'c4', agent: 'maya', weight: 2, voters: ['otto', 'rin'] },
        { candidate: 'c1', agent: 'rin', weight: 1, voters: ['maya'] },
        { candidate: 'c3', agent: 'otto', weight: 0, voters: [] },
      ],
      ballots: { live: 3, needed: 2 },
    },
  ],
];

const numbered = (all: readonly Timed[]): FactEvent[] =>
  all.map(([second, fact], at) => ({ ...fact, seq: at + 1, at: START + second * 1000 }));

/** Up to where all agents have answered and two of them look at the answers. */
export const running = numbered(told);
/** To the end. */
export const whole = numbered([...told, ...decided]);
/** The fact that comes after these. */
export const nextFact = (events: readonly FactEvent[], fact: Fact, second = 230): FactEvent => ({
  ...fact,
  seq: events.length + 1,
  at: START + second * 1000,
});

const file = (path: string, added: number, removed: number, changedBy: CandidateId[], more: Partial<FileDiff> = {}): FileDiff => ({
  path,
  kind: 'modified',
  binary: false,
  added,
  removed,
  changedBy,
  ...more,
});

export const files: Readonly<Record<CandidateId, FileDiff[]>> = {
  c4: [
    file('src/limiter.ts', 8, 3, ['c4', 'c3', 'c1']),
    file('src/clock.ts', 12, 9, ['c4', 'c3']),
    file('test/limiter.test.ts', 14, 0, ['c4'], { kind: 'added' }),
  ],
  c3: [file('src/limiter.ts', 40, 31, ['c4', 'c3', 'c1']), file('src/clock.ts', 21, 9, ['c4', 'c3'])],
  c1: [file('src/limiter.ts', 1, 0, ['c4', 'c3', 'c1']), file('docs/limits.md', 5, 1, ['c1'])],
};

const hunk = (number: number, start: number, lines: string[], same: CandidateId[] = [], differently: CandidateId[] = []): HunkDiff => ({
  number,
  oldStart: start,
  oldLines: lines.filter((line) => !line.startsWith('+')).length,
  newStart: start + number - 1,
  newLines: lines.filter((line) => !line.startsWith('-')).length,
  lines,
  same,
  differently,
});

export const hunks: Readonly<Record<string, HunkDiff[]>> = {
  'c4 src/limiter.ts': [
    hunk(
      1,
      41,
      [
        '   private refill(now: number) {',
        '-    this.tokens += (now - this.last) * this.rate;',
        '+    const elapsed = Math.max(0, now - this.last);',
        '+    this.tokens = Math.min(this.capacity, this.tokens + elapsed * this.rate);',
        '     this.last = now; // "now" is the last time',
      ],
      ['c3'],
    ),
    hunk(
      2,
      58,
      [
        '   take(n = 1): boolean {',
        '-    this.refill(Date.now());',
        '+    this.refill(this.clock.monotonic());',
        '     if (this.tokens < n) return false;',
      ],
      [],
      ['c3'],
    ),
  ],
  'c1 src/limiter.ts': [hunk(1, 90, ['+/** Callers may burst up to `capacity`; see docs/limits.md. */'])],
  'c3 src/limiter.ts': [hunk(1, 58, ['-    this.refill(Date.now());', '+    this.window.slide(Date.now());'], [], ['c4'])],
  'c4 src/clock.ts': [hunk(1, 3, ['-export const now = () => Date.now();', '+export const now = () => performance.now();'], ['c3'])],
  'c4 test/limiter.test.ts': [hunk(1, 1, ["+import { test } from 'vitest';", "+test('idle clients', () => undefined);"])],
  'c1 docs/limits.md': [hunk(1, 1, ['-# Limits', '+# Limits and bursts'])],
};

/** What follows the whole story where all of maya.2 is applied. */
export function appliedOf(paths: string[]): [FactEvent, FactEvent] {
  const tree = 'a'.repeat(40);
  const what = { apply: 'a1', candidate: 'c4', paths };
  const started = nextFact(whole, { type: 'apply.started', ...what, selection: 'all', before: tree, after: tree });
  return [started, nextFact([...whole, started], { type: 'changes.applied', ...what, marked: [] })];
}
