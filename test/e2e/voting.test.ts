import { afterAll, expect, test } from 'vitest';
import { roundsOf } from '../../src/protocol/rounds.js';
import type { ModelCall } from '../fixtures/model-server.js';
import { removeFolders } from '../fixtures/team.js';
import { calls, offers, play, textIn, write } from './play.js';

afterAll(removeFolders);

const ids = ['a', 'b', 'c'];
/** Each answers, then says what `ballot` gives for its nth vote. */
const team =
  (ballot: (agent: string, nth: number) => Record<string, unknown>): Parameters<typeof play>[1] =>
  (agent, call, nth) => {
    if (nth === 0) return calls(write('a.txt', `from ${agent}\n`), ['new_answer', { content: `answer of ${agent}` }]);
    return offers(call, 'vote') ? calls(['vote', { reason: 'It is right.', ...ballot(agent, nth - 1) }]) : { text: 'Done.' };
  };

const voteTool = (call: ModelCall | undefined) => {
  const tools = (call?.body.tools ?? []) as {
    function: { name: string; parameters: { properties: Record<string, unknown>; required: string[] } };
  }[];
  return tools.find((tool) => tool.function.name === 'vote')?.function.parameters;
};

test('where pairs are compared, a ballot may rank the answers; what it says stands in the log, with the families of the models', async () => {
  const { asked, of, session } = await play(
    ids,
    team(() => ({ agent_id: 'agent2', ranking: ['agent2', 'agent3', 'agent1'] })),
    { rule: 'condorcet', graceSeconds: 10 },
  );
  const voting = asked.find((call) => offers(call, 'vote'));
  expect(voteTool(voting)).toMatchObject({ properties: { ranking: { type: 'array' } }, required: ['agent_id', 'reason'] });
  expect(textIn(voting as ModelCall)).toContain('rank them in your vote');
  for (const { ballot } of of('ballot.cast')) {
    const order = ['agent2', 'agent3', 'agent1'].map(
      (label) => session.state.turns[0]?.shown.find((shown) => shown.voter === ballot.voter && shown.label === label)?.candidate,
    );
    expect(ballot).toMatchObject({ choice: order[0], ranking: order });
  }
  expect(of('ballot.cast')).toHaveLength(3);
  expect(session.state.turns[0]?.agents.map((agent) => agent.family)).toEqual(ids.map((id) => `model-of-${id}`));
});

test('answers that come side by side are compared with each other, so that it is known how alike they were', async () => {
  const { session } = await play(
    ids,
    team(() => ({ agent_id: 'agent1' })),
    { graceSeconds: 10 },
  );
  const turn = session.state.turns[0];
  expect(turn && roundsOf(turn)).toEqual([{ answers: ['c1', 'c2', 'c3'], similarity: expect.any(Number), agreement: expect.any(Number) }]);
});

test('a ranking that begins with another answer than the choice is refused, and the model says it anew', async () => {
  const { of, decision } = await play(
    ids,
    team((_agent, nth) => (nth === 0 ? { agent_id: 'agent1', ranking: ['agent2', 'agent1'] } : { agent_id: 'agent1' })),
    { rule: 'borda', graceSeconds: 10 },
  );
  expect(of('ballot.refused').map(({ why }) => why)).toContain(
    'Not accepted: agent_id is agent1, but your ranking begins with agent2. Both name the best answer.',
  );
  for (const { ballot } of of('ballot.cast')) expect(ballot).not.toHaveProperty('ranking');
  expect(decision.outcome).toBe('decided');
});

test('by approval the ranking lists all that would do, in any order; by first choices none is offered, nor said of', async () => {
  const approval = await play(
    ids,
    team(() => ({ agent_id: 'agent1', ranking: ['agent2', 'agent1'] })),
    { rule: 'approval', graceSeconds: 10 },
  );
  expect(approval.of('ballot.refused')).toEqual([]);
  expect(approval.of('ballot.cast').every(({ ballot }) => ballot.ranking?.[0] === ballot.choice && ballot.ranking.length === 2)).toBe(true);
  const plurality = await play(
    ids,
    team(() => ({ agent_id: 'agent1' })),
    { rule: 'plurality', graceSeconds: 10 },
  );
  const voting = plurality.asked.filter((call) => offers(call, 'vote'));
  expect(voting.map((call) => Object.keys(voteTool(call)?.properties ?? {}))).toEqual(voting.map(() => ['agent_id', 'reason']));
  expect(textIn(voting[0] as ModelCall)).not.toContain('rank');
});

test('nothing that an agent is told says what evidence or its family count', async () => {
  const { asked } = await play(
    ids,
    team(() => ({ agent_id: 'agent1' })),
    { rule: 'condorcet', evidence: 'veto', sameFamily: 0.5, graceSeconds: 10 },
  );
  for (const { body } of asked) expect(JSON.stringify({ ...body, model: '' })).not.toMatch(/famil|veto|weigh|0\.5/i);
});
