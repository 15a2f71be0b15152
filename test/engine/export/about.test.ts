import { expect, test } from 'vitest';
import { aboutTurn, dissentLines, roundLines, trendText, vetoLines } from '../../../src/engine/export/about.js';
import { documentOf } from '../../../src/engine/export/document.js';
import { stateOf } from '../../../src/protocol/reduce.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { whole } from '../../webview/story.js';
import { ballot, turnOf } from '../patterns/ballots.js';

const turnOfStory = () => {
  const turn = currentTurn(stateOf(whole));
  if (turn === undefined) throw new Error('no turn');
  return turn;
};

test('a turn is told in words: who dissented and why, how the answers came together', () => {
  const turn = turnOfStory();
  expect(dissentLines(turn)).toEqual(['maya voted for rin.1: honest and small, but callers can forget it']);
  expect(roundLines(turn)).toEqual(['round 1: 3 answers, 29 % alike', 'round 2: 1 answer, 33 % alike, 67 % of the votes for one']);
  expect(trendText(turn)).toBe('the answers stayed as alike as they were: 33 %');
});

test('and what the checks kept from winning', () => {
  const answers = { c1: { by: 'ada', failing: ['x'] }, c2: { by: 'ben', failing: [] } };
  const turn = turnOf(answers, [ballot('cy', 'c1>c2')], { evidence: 'veto', rule: 'borda' });
  expect(vetoLines(turn)).toEqual(['ada.1 could not win: something newly fails in it that holds in another']);
  const decision = { outcome: 'decided' as const, winner: 'c2', standings: [], ballots: { live: 1, needed: 1 } };
  expect(dissentLines({ ...turn, decision })).toEqual(['cy voted for ada.1: because (the winner was its choice number 2)']);
});

test.each(['md', 'html'] as const)('an export as %s says so', async (format) => {
  const document = await documentOf(format, whole, async () => '');
  expect(document).toContain('maya voted for rin.1: honest and small, but callers can forget it');
  expect(document).toContain('the answers stayed as alike as they were');
});

test('an export as JSON has it as data, and the facts that it follows from', async () => {
  const { turns, events } = JSON.parse(await documentOf('json', whole, async () => ''));
  expect(turns).toEqual([aboutTurn(turnOfStory())]);
  expect(stateOf(events)).toEqual(stateOf(whole));
});
