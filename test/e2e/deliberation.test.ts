import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createSession } from '../../src/engine/session.js';
import { sessionFiles } from '../../src/engine/sessions.js';
import { stateOf } from '../../src/protocol/reduce.js';
import { type ModelCall, startModelServer } from '../fixtures/model-server.js';
import { removeFolders, repository, testHost } from '../fixtures/team.js';
import { answer, calls, KEY, modelsOf, offers, playMixed as play, textIn, vote, write } from './play.js';

afterAll(removeFolders);

describe('a team of real models', () => {
  test('answers, sees, votes and presents; nobody is told a name of an agent or a model, and no key is kept', async () => {
    const { decision, asked, session, folder, of } = await play(['maya-claude', 'otto-gpt'], (agent, call) => {
      if (!offers(call, 'new_answer') && !offers(call, 'vote')) return { text: 'a.txt was changed.' };
      if (offers(call, 'vote')) return vote('agent1');
      return calls(write('a.txt', `${agent === 'otto-gpt' ? 'two' : 'three'}\n`), ['new_answer', { content: 'I changed a.txt.' }]);
    });
    expect(decision.outcome).toBe('decided');
    expect(of('candidate.submitted')).toHaveLength(2);
    for (const call of asked) {
      const { model: _, ...rest } = call.body;
      expect(JSON.stringify(rest)).not.toMatch(/maya|otto|claude|gpt|model-of/);
      expect(JSON.stringify(rest)).toContain('Be brief.');
    }
    expect(readFileSync(sessionFiles(folder, session.id).log, 'utf8')).not.toContain(KEY);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('one\n');
  });

  test('two agents that answer for ever: past the cap only a vote is offered, and the turn ends', async () => {
    const { decision, of, asked } = await play(['a', 'b'], (agent, call, nth) =>
      offers(call, 'new_answer')
        ? calls(write('a.txt', `${agent} ${nth}\n`), ['new_answer', { content: `version ${nth}` }])
        : offers(call, 'vote')
          ? vote('agent1')
          : { text: 'Done.' },
    );
    expect(decision.outcome).toBe('decided');
    expect(of('candidate.submitted')).toHaveLength(6);
    expect(asked.length).toBeLessThan(40);
  });

  test('agents that never answer fail, are set aside, and the turn with them', async () => {
    const { decision, of } = await play(['a', 'b'], () => ({ text: 'Shall I begin?' }));
    expect(decision).toMatchObject({ outcome: 'failed', failure: { code: 'no-answer' } });
    expect(of('agent.set-aside')).toHaveLength(2);
    expect(of('run.nudged').length).toBeGreaterThan(0);
  });

  test('all fail at once: set aside without going on for ever', async () => {
    const { decision, asked } = await play(['a', 'b'], () => ({ status: 500, body: '{"error":{"message":"broken"}}' }));
    expect(decision).toMatchObject({ outcome: 'failed', failure: { code: 'server' } });
    expect(asked.length).toBeLessThanOrEqual(18);
  });

  test('a server that hangs: the time limit ends the turn, and says so', async () => {
    const { decision } = await play(
      ['a', 'b'],
      (agent, call) => (agent === 'b' ? { hang: 'head' } : offers(call, 'vote') ? vote('agent1') : answer('one')),
      { seconds: 1.5 },
    );
    expect(decision.cause).toBe('time');
  });

  test('a budget ends the turn', async () => {
    const { decision } = await play(['a'], () => ({ ...calls(['list_files', {}]), usage: { input: 1_000_000, output: 0 } }), {
      costUsd: 0.5,
    });
    expect(decision).toMatchObject({ cause: 'budget', outcome: 'undecided' });
  });

  test('a run has so many calls and no more; one that repeats itself ends before', async () => {
    const { of } = await play(['a'], (_agent, _call, nth) => calls(['read_file', { path: `${nth}.txt` }]), {
      callsPerRun: 5,
      failedRuns: 1,
    });
    expect(of('run.ended')[0]?.failure?.code).toBe('call-limit');
    const circling = await play(['a'], () => calls(['read_file', { path: 'a.txt' }]), { callsPerRun: 50, failedRuns: 1 });
    expect(circling.of('run.ended')[0]?.failure?.code).toBe('runaway');
    expect(circling.of('run.nudged').length).toBeGreaterThan(0);
  });
});

describe('calls', () => {
  test('what is wrong with a call is told to the model, which goes on', async () => {
    const { asked, decision } = await play(['a'], (_agent, call, nth) => {
      if (nth === 0)
        return {
          toolCalls: [
            { name: 'no_such_tool', arguments: '{}' },
            { name: 'read_file', arguments: '{"path": ' },
            { name: 'read_file', arguments: '{"file": "a.txt"}' },
          ],
        };
      if (nth === 1) return answer('done');
      return offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
    });
    const told = textIn(asked[1] as ModelCall);
    expect(told).toContain('There is no tool');
    expect(told).toContain('not valid JSON');
    expect(told).toContain('unknown argument');
    expect(decision.outcome).toBe('decided');
  });

  test('an answer and a vote in one reply: the first that is accepted counts', async () => {
    const { of } = await play(['a'], (_agent, call, nth) => {
      if (nth === 0) return answer('one');
      if (offers(call, 'vote')) return calls(['vote', { agent_id: 'agent1', reason: 'It is right.' }], ['new_answer', { content: 'two' }]);
      return { text: 'Done.' };
    });
    expect(of('candidate.submitted')).toHaveLength(1);
    expect(of('ballot.cast')).toHaveLength(1);
    expect(of('tool.returned').some((fact) => !fact.ok && fact.output.includes('ended with the call before'))).toBe(true);
  });

  test('a vote for what was not shown is refused with what may be voted for', async () => {
    const { asked, decision } = await play(['a'], (_agent, call, nth) =>
      nth === 0 ? answer('one') : nth === 1 ? vote('agent7') : offers(call, 'vote') ? vote('agent1') : { text: 'Done.' },
    );
    expect(textIn(asked[2] as ModelCall)).toContain('agent_id');
    expect(decision.outcome).toBe('decided');
  });

  test("news of a peer's answer reaches a running agent with its next request, a revised answer too; a vote that has not seen it is refused", async () => {
    let wake = (): void => undefined;
    const bAnswered = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const { asked, of } = await play(
      ['a', 'b'],
      async (agent, call, nth) => {
        if (agent === 'b') {
          if (nth === 0) return calls(write('a.txt', 'from b\n'), ['new_answer', { content: 'ANSWER-OF-B' }]);
          return offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
        }
        if (nth === 0) {
          setTimeout(wake, 800);
          await bAnswered;
          return calls(['list_files', {}]);
        }
        return offers(call, 'vote') ? vote('agent1') : answer('mine');
      },
      { graceSeconds: 30 },
    );
    const ofA = asked.filter((call) => call.model === 'model-of-a');
    expect(textIn(ofA[0] as ModelCall)).not.toContain('ANSWER-OF-B');
    expect(textIn(ofA[1] as ModelCall)).toContain('ANSWER-OF-B');
    expect(of('candidates.shown').length).toBeGreaterThan(0);
  });

  test('the files of a shown answer are read under the path that is named with it', async () => {
    const { asked, of } = await play(['a', 'b'], (agent, call, nth) => {
      if (nth === 0) return calls(write('a.txt', `from ${agent}\n`), ['new_answer', { content: `answer ${agent}` }]);
      const path = /<files>([^<]+)<\/files>/.exec(textIn(call))?.[1];
      if (agent === 'a' && nth === 1)
        return calls(['read_file', { path: `${path}/a.txt` }], ['write_file', { path: `${path}/a.txt`, content: 'spoiled' }]);
      return offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
    });
    const after = textIn(asked.filter((call) => call.model === 'model-of-a')[2] as ModelCall);
    expect(after).toContain('from b');
    expect(of('tool.called').filter((fact) => JSON.stringify(fact.input).includes('spoiled'))).toHaveLength(1);
    expect(of('tool.returned').filter((fact) => !fact.ok)).toHaveLength(1);
  });

  test('the open folder is not within reach: its absolute paths lead into the workspace', async () => {
    const { folder, of } = await play(['a'], (_agent, call, nth) => {
      if (nth === 0) return calls(write('/tmp/massgen-outside.txt', 'out'), write('../../../../outside.txt', 'out'));
      if (nth === 1) return answer('one');
      return offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
    });
    expect(
      of('tool.returned')
        .slice(0, 2)
        .map((fact) => fact.ok),
    ).toEqual([false, false]);
    expect(existsSync('/tmp/massgen-outside.txt')).toBe(false);
    expect(existsSync(join(folder, '..', 'outside.txt'))).toBe(false);
  });
});

describe('presenting', () => {
  test('offers neither tool that ends work; a change becomes a new version and is presented', async () => {
    const { decision, of, asked } = await play(['a'], (_agent, call, nth) => {
      if (nth === 0) return calls(write('a.txt', 'two\n'), ['new_answer', { content: 'one' }]);
      if (offers(call, 'vote')) return vote('agent1');
      return nth === 2 ? calls(write('a.txt', 'polished\n')) : { text: 'Polished.' };
    });
    const last = asked.at(-1);
    expect(last?.tools).not.toContain('vote');
    expect(last?.tools).not.toContain('new_answer');
    expect(of('candidate.submitted')).toHaveLength(2);
    expect(decision).toMatchObject({ outcome: 'decided', winner: 'c1', presented: 'c2' });
  });

  test('says nothing: the winner stands', async () => {
    const { decision } = await play(['a'], (_agent, call, nth) =>
      nth === 0 ? answer('one') : offers(call, 'vote') ? vote('agent1') : { text: '' },
    );
    expect(decision).toMatchObject({ outcome: 'decided', winner: 'c1' });
    expect(decision.presented).toBeUndefined();
  });
});

test('relay: each begins with the files of the one before', async () => {
  const server = await startModelServer((call) => {
    if (!offers(call, 'vote') && !offers(call, 'new_answer')) return { text: 'Done.' };
    const last = JSON.stringify(call.messages.at(-1));
    if (!/"role":"tool"|"type":"tool_result"/.test(last)) return calls(['read_file', { path: 'a.txt' }]);
    const before = last.includes('one') ? 'one' : '';
    return calls(write('a.txt', `${before}${call.model.slice(-1)}\n`), ['new_answer', { content: `by ${call.model.slice(-1)}` }]);
  });
  const folder = repository({ 'a.txt': 'one\n' });
  await using session = await createSession({ folder, host: testHost({ ...process.env, TEST_KEY: KEY }) });
  const decision = await session.turn(
    [{ type: 'text', text: 'Go on.' }],
    modelsOf(['a', 'b', 'c'], server.baseUrl, { id: 'relay', mixed: true }),
  );
  expect(decision.outcome).toBe('decided');
  expect(session.state.turns[0]?.candidates.map((one) => one.agent)).toEqual(['a', 'b', 'c']);
  expect(decision.winner).toBe('c3');
  await server.stop();
});

test('whatever agents do: every turn ends, replay equals live, no workspace is left', async () => {
  let seed = 12345;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 12; round += 1) {
    const { session, decision, folder } = await play(
      ['a', 'b', 'c'].slice(0, 1 + random(3)),
      (_agent, _call, nth) => {
        const act = random(7);
        if (act === 0) return random(8) === 0 ? { status: 400, body: '{}' } : { text: '' };
        if (act === 1) return { text: 'Hm.' };
        if (act === 2) return calls(write(`${random(3)}.txt`, `${random(9)}\n`));
        if (act === 3) return vote(`agent${1 + random(3)}`);
        if (act === 4) return { toolCalls: [{ name: 'vote', arguments: '{' }] };
        return calls(write('a.txt', `${random(5)}\n`), ['new_answer', { content: `words ${nth}` }]);
      },
      { failedRuns: 2, callsPerRun: 6, seconds: 8 },
    );
    expect(session.facts.latest.at(-1)).toMatchObject({ type: 'turn.ended', outcome: decision.outcome });
    expect(stateOf(session.facts)).toEqual(session.state);
    expect(session.state.turns[0]?.runs.every((run) => run.ended !== undefined)).toBe(true);
    expect(existsSync(join(folder, '.massgen', 'workspaces', session.id))).toBe(false);
  }
}, 120_000);
