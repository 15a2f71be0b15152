/** What the status bar says, and which commands make sense. */
import { describe, expect, test } from 'vitest';
import { contextOf, type Seen, size, statusOf } from '../../src/extension/glance.js';
import { emptyState, type SessionState, type TurnState } from '../../src/protocol/state.js';
import type { SessionRow } from '../../src/protocol/wire.js';

const t = (text: string, ...values: (string | number)[]): string => text.replace(/\{(\d)\}/g, (_, at) => String(values[Number(at)]));
const turn = (more: Partial<TurnState>): TurnState => ({ runs: [], candidates: [], ...more }) as unknown as TurnState;
const state = (more: Partial<SessionState>): SessionState => ({ ...emptyState, id: 's', ...more });
const seen = (more: Partial<Seen>): Seen => ({ working: false, rows: [], asking: [], ...more });
const run = (agent: string) => ({ agent }) as TurnState['runs'][number];
const maya = { id: 'c1', agent: 'maya' } as TurnState['candidates'][number];
const decided = turn({
  candidates: [maya],
  decision: { outcome: 'decided', winner: 'c1', standings: [], ballots: { live: 2, needed: 2 } },
});
const usage = (costUsd: number, unknown = false) => ({ input: 1, output: 1, cached: 0, costUsd, unknown });
const row = { bytes: 12_300_000 } as SessionRow;
const asked = { session: 's', run: 'r', call: 'c', agent: 'otto', what: 'npm  install\nsinon', why: '', effect: 'run' } as const;

describe('the status bar', () => {
  test.each<[string, Seen, string]>([
    ['without a session', seen({}), '$(organization) MassGen'],
    ['with sessions on disk', seen({ rows: [row, row] }), '$(organization) MassGen · 25 MB on disk'],
    [
      'while agents work',
      seen({ working: true, state: state({ turns: [turn({ runs: [run('a'), run('b'), run('b')] })], usage: { a: usage(0.12) } }) }),
      '$(sync~spin) 2 agents work · $0.12',
    ],
    ['where the turn was cut off', seen({ state: state({ turns: [turn({})] }) }), '$(debug-pause) cut off'],
    [
      'where another window works',
      seen({ elsewhere: true, state: state({ turns: [turn({ runs: [run('a')] })] }) }),
      '$(sync~spin) 1 agent works',
    ],
    ['once it is decided', seen({ state: state({ turns: [decided] }) }), '$(check) maya.1'],
    [
      'where a part of the cost is not known',
      seen({ state: state({ turns: [decided], usage: { a: usage(1), b: usage(0, true) } }) }),
      '$(check) maya.1 · $1.00+',
    ],
    ['where it cost nothing', seen({ state: state({ turns: [decided], usage: { a: usage(0, false) } }) }), '$(check) maya.1 · free'],
    ['where no cost is known', seen({ state: state({ turns: [decided], usage: { a: usage(0, true) } }) }), '$(check) maya.1 · $?'],
  ])('%s', (_, what, expected) => expect(statusOf(what, t, 'en').text).toBe(expected));

  test('calls for the person when an agent asks, and says what', () => {
    const { text, tooltip, calls } = statusOf(seen({ working: true, state: state({ turns: [turn({})] }), asking: [asked] }), t, 'en');
    expect([text, tooltip, calls]).toEqual(['$(bell-dot) an agent asks', 'MassGen\notto asks: npm install sinon', true]);
  });
});

describe('the context keys', () => {
  const on = (what: Seen) => Object.entries(contextOf(what)).flatMap(([key, value]) => (value ? [key.replace('massgen.', '')] : []));
  test.each<[string, Seen, string[]]>([
    ['nothing', seen({}), []],
    ['other sessions', seen({ rows: [row] }), ['hasSessions']],
    ['a running one', seen({ working: true, state: state({ turns: [turn({})] }) }), ['hasSession', 'running']],
    ['a cut-off one', seen({ state: state({ turns: [turn({ candidates: [maya] })] }) }), ['hasSession', 'hasCandidates', 'cutOff']],
    ['one that another window works on', seen({ elsewhere: true, state: state({ turns: [turn({})] }) }), ['hasSession']],
    ['a decided one', seen({ state: state({ turns: [decided] }) }), ['hasSession', 'hasCandidates', 'canApply']],
    [
      'an applied one',
      seen({ state: state({ turns: [decided], applies: [{ status: 'applied' } as SessionState['applies'][number]] }) }),
      ['hasSession', 'hasCandidates', 'canApply', 'canUndo'],
    ],
  ])('%s', (_, what, expected) => expect(on(what)).toEqual(expected));
});

test.each([
  [999, '999 B'],
  [1000, '1.0 kB'],
  [12_345_678, '12 MB'],
  [2.5e9, '2.5 GB'],
])('%d bytes are %s', (bytes, expected) => expect(size(bytes, 'en')).toBe(expected));

test('sizes are written as the language of the window has numbers', () => {
  expect(size(5_600, 'de')).toBe('5,6 kB');
  expect(statusOf(seen({ rows: [{ ...row, bytes: 5_600 }] }), t, 'de').text).toBe('$(organization) MassGen · 5,6 kB on disk');
});
