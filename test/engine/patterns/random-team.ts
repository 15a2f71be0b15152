/** Teams of agents that do anything at all, and what must hold of every turn of theirs, whatever the pattern. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Pattern } from '../../../src/engine/patterns/pattern.js';
import type { PatternSpec } from '../../../src/protocol/events.js';
import { stateOf } from '../../../src/protocol/reduce.js';
import { currentTurn, type TurnState } from '../../../src/protocol/state.js';
import { vetoed } from '../../../src/protocol/veto.js';
import { type VotingRule, votingRules } from '../../../src/protocol/voting.js';
import { type Act, type Played, type Player, type Presenting, play } from './simulate.js';

const tree = fc.constantFrom('t1', 't2', 't3', 't4', 't5');
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constant('answer' as const), tree }),
  fc.record({
    act: fc.constant('vote' as const),
    for: fc.constantFrom('first' as const, 'last' as const, 'own' as const),
    ranking: fc.constantFrom('forth' as const, 'back' as const),
  }),
  fc.constant({ act: 'fail' as const }),
  fc.constant({ act: 'fail' as const, failure: { code: 'auth' as const, message: 'no key', retryable: false } }),
  fc.constant({ act: 'refused' as const }),
  fc.constant({ act: 'nothing' as const }),
  fc.constant({ act: 'hang' as const }),
);
const moves = fc.array(fc.record({ after: fc.integer({ min: 0, max: 100 }), act }), { minLength: 1, maxLength: 8 });
const presenting: fc.Arbitrary<Presenting> = fc.oneof(
  fc.constantFrom('done' as const, 'fail' as const, 'hang' as const),
  fc.record({ tree }),
);

const game = fc.record({
  team: fc.array(moves, { minLength: 1, maxLength: 5 }),
  presenting,
  checkSeconds: fc.integer({ min: 0, max: 400 }),
  seed: fc.nat(),
  quorum: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  rule: fc.constantFrom(...(Object.keys(votingRules) as VotingRule[])),
  evidence: fc.constantFrom('ties' as const, 'veto' as const, 'weighs' as const),
  sameFamily: fc.constantFrom(0, 0.5, 1),
  calls: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
});

/** Plays random teams; every turn must end, and `holds` of it. */
export function playRandomTeams(pattern: Pattern, holds: (turn: TurnState, played: Played) => void): void {
  fc.assert(
    fc.property(game, ({ team, quorum, calls, rule, evidence, sameFamily, ...options }) => {
      const spec: Partial<PatternSpec> = { id: pattern.id, rule, evidence, sameFamily, ...(quorum !== undefined && { quorum }) };
      const players = Object.fromEntries(team.map((list, i) => [`p${i}`, playing(list)]));
      const played = play(pattern, players, {
        ...options,
        spec,
        families: { p0: 'x', p1: 'x', p2: 'y' },
        failing: ['t2'],
        unchecked: ['t5'],
        ...(calls !== undefined && { calls }),
      });
      const turn = currentTurn(played.state);
      if (turn?.decision === undefined) throw new Error('The turn did not end.');
      expect(turn.runs.filter((run) => run.ended === undefined)).toEqual([]);
      expect(turn.runs.filter((run) => run.purpose === 'present').length).toBeLessThanOrEqual(1);
      expect(turn.decision.outcome === 'decided').toBe(turn.decision.winner !== undefined);
      expect(stateOf(played.events)).toEqual(played.state);
      labelsNeverChange(turn);
      vetoedNeverWins(turn);
      holds(turn, played);
    }),
    { numRuns: 400 },
  );
}

function playing(list: readonly { after: number; act: Act }[]): Player {
  let at = 0;
  return () => list[at++ % list.length] ?? { after: 1, act: { act: 'fail' } };
}

/** Where another is known to hold what fails in it. */
function vetoedNeverWins(turn: TurnState): void {
  if (turn.pattern.id !== 'consensus') return;
  expect(vetoed(turn)).not.toContain(turn.decision?.winner);
}

/** One label for each author that a voter was shown, and no label for two. */
function labelsNeverChange(turn: TurnState): void {
  const labels = new Map<string, string>();
  for (const shown of turn.shown) {
    const author = turn.candidates.find((candidate) => candidate.id === shown.candidate)?.agent;
    const key = `${shown.voter}/${author}`;
    expect(labels.get(key) ?? shown.label).toBe(shown.label);
    labels.set(key, shown.label);
  }
  expect(new Set([...labels].map(([key, label]) => `${key.split('/')[0]}/${label}`)).size).toBe(labels.size);
}
