import { expect, test } from 'vitest';
import { dissentOf } from '../../src/protocol/dissent.js';
import type { Ballot, Decision } from '../../src/protocol/events.js';
import type { VotingRule } from '../../src/protocol/voting.js';
import { ballot, turnOf } from '../engine/patterns/ballots.js';

const ended = (ballots: readonly Ballot[], { rule = 'condorcet', ...decision }: Partial<Decision> & { rule?: VotingRule } = {}) => ({
  ...turnOf({ a: { by: 'p' }, b: { by: 'q' }, c: { by: 'r' } }, ballots, { rule }),
  decision: { outcome: 'decided' as const, winner: 'a', standings: [], ballots: { live: 3, needed: 3 }, ...decision },
});
const ballots = [ballot('p', 'a'), ballot('q', 'b>a', { reason: 'it is tested' }), ballot('r', 'a>c'), ballot('you', 'c')];

test('who voted for another answer than the winner is told with the reason, and with the place that the winner had', () => {
  expect(dissentOf(ended(ballots))).toEqual([
    { voter: 'q', choice: 'b', reason: 'it is tested', place: 2 },
    { voter: 'you', choice: 'c', reason: 'because' },
  ]);
});

test('the person’s pick turns it round; how the winner was presented does not', () => {
  expect(dissentOf({ ...ended(ballots), chosen: 'b' }).map(({ voter }) => voter)).toEqual(['p', 'r', 'you']);
  expect(dissentOf(ended(ballots, { presented: 'a2' })).map(({ voter }) => voter)).toEqual(['q', 'you']);
});

test('who approves of the winner too does not dissent', () => {
  expect(dissentOf(ended(ballots, { rule: 'approval' })).map(({ voter }) => voter)).toEqual(['you']);
});

test('a ballot that does not count is none, nor is any where nothing is decided', () => {
  const turn = ended(ballots);
  expect(dissentOf({ ...turn, shown: turn.shown.filter((shown) => shown.voter !== 'q') }).map(({ voter }) => voter)).toEqual(['you']);
  expect(dissentOf({ ...turn, decision: { outcome: 'undecided', standings: [], ballots: { live: 0, needed: 3 } } })).toEqual([]);
});
