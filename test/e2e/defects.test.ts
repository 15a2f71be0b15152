/**
 * The defects of the system before this one, C1 to C11 of its analysis, each through real models' wire format, files and sessions.
 * The rules behind them are held one by one in `test/engine/patterns/consensus.test.ts`; S1 to S9, what agents must not be able to
 * do, in `test/engine/tools`.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/engine/workspace/open-store.js';
import type { FactEvent } from '../../src/protocol/events.js';
import type { ModelCall } from '../fixtures/model-server.js';
import { removeFolders } from '../fixtures/team.js';
import { answer, calls, offers, type Played, play, textIn, vote, write } from './play.js';

afterAll(removeFolders);

const of = (played: Played, agent: string): ModelCall[] => played.asked.filter((call) => call.model === `model-of-${agent}`);
const answered =
  (...ids: string[]) =>
  (fact: FactEvent): boolean =>
    fact.type === 'candidate.submitted' && ids.includes(fact.candidate.id);
/** The labels that a call may vote for: what the tool takes, what the words say, and which folders are named. */
function labelsOf(call: ModelCall): { tool: string[]; words: string[]; folders: string[] } {
  const tools = call.body.tools as { function: { name: string; parameters: { properties: { agent_id?: { enum: string[] } } } } }[];
  const all = (pattern: RegExp) => [...new Set([...textIn(call).matchAll(pattern)].map((match) => match[1] ?? ''))].sort();
  return {
    tool: [...(tools.find((tool) => tool.function.name === 'vote')?.function.parameters.properties.agent_id?.enum ?? [])].sort(),
    words: all(/<answer label=\\"(\w+)\\"/g),
    folders: all(/<files>[^<]*-peers\/(\w+)/g),
  };
}

describe('C1: an agent that fails was started again for ever', () => {
  test('it is set aside after three runs, and the others decide', async () => {
    const played = await play(['a', 'b'], (agent, call) => {
      if (agent === 'b') return { status: 400, body: '{"error":{"message":"broken"}}' };
      return offers(call, 'new_answer') && !offers(call, 'vote')
        ? answer('mine')
        : offers(call, 'vote')
          ? vote('agent1')
          : { text: 'Done.' };
    });
    expect(played.of('agent.set-aside')).toMatchObject([{ agent: 'b' }]);
    expect(of(played, 'b').length).toBeLessThanOrEqual(3);
    expect(played.decision).toMatchObject({ outcome: 'decided', winner: 'c1' });
  });
});

describe("C2: news of a peer's answer never reached the model that was at work", () => {
  test('its next call carries the words and the tool to vote for them, and that vote counts', async () => {
    const played = await play(['a', 'b'], async (agent, call, nth, until) => {
      if (agent === 'b') return nth === 0 ? answer('WORDS-OF-B') : offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
      if (nth > 0) return vote('agent1');
      await until(answered('c1'));
      return calls(['list_files', {}]);
    });
    const [first, second] = of(played, 'a');
    expect(first && textIn(first)).not.toContain('WORDS-OF-B');
    expect(second && textIn(second)).toContain('WORDS-OF-B');
    expect(second && offers(second, 'vote')).toBe(true);
    expect(played.of('run.started').filter((run) => run.agent === 'a')).toHaveLength(1);
    expect(played.of('ballot.cast')[0]?.ballot).toMatchObject({ voter: 'a', choice: 'c1' });
  });
});

/** b revises its answer while a, which has seen the first version, votes for it. */
const voteDuringRevision = (): Promise<Played> =>
  play(
    ['a', 'b'],
    async (agent, call, nth, until) => {
      if (agent === 'b')
        return nth < 2
          ? calls(write('a.txt', `${nth}\n`), ['new_answer', { content: `VERSION-${nth}` }])
          : offers(call, 'vote')
            ? vote('agent1')
            : { text: 'Done.' };
      if (nth === 0) {
        await until(answered('c1'));
        return calls(['list_files', {}]);
      }
      if (nth === 1) await until(answered('c2'));
      return offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
    },
    { graceSeconds: 0 },
  );

describe('C3: a revised answer was invisible, and a vote by who had not seen it counted for it', () => {
  test('that vote is refused, the next call carries the revision under the same label, and the vote after it counts', async () => {
    const played = await voteDuringRevision();
    const [, second, third] = of(played, 'a');
    expect(second && textIn(second)).not.toContain('VERSION-1');
    expect(third && textIn(third)).toContain('VERSION-1');
    expect(third && labelsOf(third).words).toEqual(['agent1']);
    const refused = played.of('ballot.refused')[0];
    const cast = played.of('ballot.cast').filter(({ ballot }) => ballot.voter === 'a');
    expect(refused?.seq).toBeLessThan(cast[0]?.seq ?? 0);
    expect(cast.map(({ ballot }) => ballot.choice)).toEqual(['c2']);
  });
});

describe('C4: votes that a newer answer had made void chose the winner when time was up', () => {
  test('none is counted', async () => {
    let voted = false;
    const played = await play(
      ['a', 'b'],
      async (agent, call, nth, until) => {
        if (agent === 'b') {
          if (nth === 1) await until((fact) => fact.type === 'ballot.cast');
          return nth < 2 ? calls(write('a.txt', `${nth}\n`), ['new_answer', { content: `version ${nth}` }]) : { hang: 'head' };
        }
        if (nth === 0) await until(answered('c1'));
        if (voted) return { hang: 'head' };
        if (!offers(call, 'vote')) return calls(['list_files', {}]);
        voted = true;
        return vote('agent1');
      },
      { graceSeconds: 0, seconds: 3 },
    );
    expect(played.of('ballot.cast').map(({ ballot }) => ballot)).toMatchObject([{ voter: 'a', choice: 'c1' }]);
    expect(played.of('candidate.submitted').map(({ candidate }) => candidate.id)).toEqual(['c1', 'c2']);
    expect(played.decision).toMatchObject({ outcome: 'undecided', cause: 'time', ballots: { live: 0 } });
  });
});

describe('C5: a vote that was not accepted ended the run as an error', () => {
  test('the model is told what may be voted for, in the same run, and goes on', async () => {
    const played = await play(['a'], (_agent, call, nth) =>
      nth === 0 ? answer('one') : nth === 1 ? vote('agent7') : offers(call, 'vote') ? vote('agent1') : { text: 'Done.' },
    );
    const told = of(played, 'a')[2];
    expect(told?.messages.at(-1)).toMatchObject({ role: 'tool', content: expect.stringContaining('agent1') });
    expect(played.of('run.ended').map((run) => run.reason)).toEqual(['done', 'done', 'done']);
    expect(played.decision.outcome).toBe('decided');
  });

  test('so is one that came too early, for an answer that had been revised meanwhile', async () => {
    const played = await voteDuringRevision();
    const [refused] = played.of('ballot.refused');
    expect(of(played, 'a')[2]?.messages.some(({ role, content }) => role === 'tool' && String(content).includes(refused?.why ?? '-'))).toBe(
      true,
    );
    expect(played.of('run.ended').map((run) => run.reason)).not.toContain('failed');
    expect(played.of('ballot.cast').map(({ run }) => run)).toContain(refused?.run);
  });
});

describe('C6: an agent had one label in the words, another in the tool and a third as a folder', () => {
  test('there is one, for those who have answered and for no others', async () => {
    const played = await play(
      ['a', 'b', 'c'],
      async (agent, call, nth, until) => {
        if (agent === 'b') {
          await until((fact) => fact.type === 'ballot.cast' && fact.ballot.voter === 'c');
          return vote('agent1');
        }
        return nth === 0 ? answer(`by ${agent}`) : offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
      },
      { graceSeconds: 0 },
    );
    const voting = [...of(played, 'a'), ...of(played, 'c')].filter((call) => labelsOf(call).tool.length > 1);
    expect(voting.length).toBeGreaterThan(0);
    for (const call of voting) {
      const { tool, words, folders } = labelsOf(call);
      expect({ tool, words }).toEqual({ tool: ['agent1', 'agent2'], words: ['agent1', 'agent2'] });
      // One's own files are the workspace; the other's are under its label.
      expect(folders).toHaveLength(1);
      expect(tool).toContain(folders[0]);
    }
  });
});

describe('C7: news emptied the workspace of who was at work, and named folders that were not there', () => {
  test('its files are as it left them, and the named folder can be read', async () => {
    const played = await play(['a', 'b'], async (agent, call, nth, until) => {
      if (agent === 'b')
        return nth === 0
          ? calls(write('a.txt', 'from b\n'), ['new_answer', { content: 'b' }])
          : offers(call, 'vote')
            ? vote('agent1')
            : { text: 'Done.' };
      if (nth === 0) {
        await until(answered('c1'));
        return calls(write('half-done.txt', 'mine\n'));
      }
      const path = /<files>([^<]+)<\/files>/.exec(textIn(call))?.[1];
      if (nth === 1) return calls(['read_file', { path: 'half-done.txt' }], ['read_file', { path: `${path}/a.txt` }]);
      return nth === 2 ? answer('mine') : offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
    });
    const results = played.of('tool.returned').filter((fact) => fact.run === 'r1');
    expect(results.slice(1, 3)).toMatchObject([
      { ok: true, output: expect.stringContaining('mine') },
      { ok: true, output: expect.stringContaining('from b') },
    ]);
  });
});

describe('C8: what an agent left lying about when it voted replaced the files that it had submitted', () => {
  test('its candidate is as it was submitted', async () => {
    const played = await play(['a'], (_agent, call, nth) => {
      if (nth === 0) return calls(write('a.txt', 'submitted\n'), ['new_answer', { content: 'one' }]);
      if (offers(call, 'vote'))
        return calls(write('a.txt', 'scratch\n'), write('scratch.txt', 'x\n'), ['vote', { agent_id: 'agent1', reason: 'ok' }]);
      return { text: 'Done.' };
    });
    const [candidate] = played.of('candidate.submitted');
    if (candidate === undefined) throw new Error('nothing was submitted');
    expect(played.decision).toMatchObject({ winner: candidate.candidate.id });
    expect(played.of('tool.returned').filter((fact) => fact.wrote?.includes('scratch.txt'))).toHaveLength(1);
    await using store = await openStore(played.folder);
    const files = await store.read(candidate.candidate.tree, ['a.txt', 'scratch.txt']);
    expect([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([['a.txt', 'submitted\n']]);
    expect(played.of('candidate.submitted').every(({ candidate: { tree } }) => tree === candidate.candidate.tree)).toBe(true);
  });
});

describe('C9: after the time limit it went on as if nothing were, and looked like success', () => {
  test('every run is ended, the turn has its end, and says that it was the time', async () => {
    const played = await play(['a', 'b'], (agent) => (agent === 'a' ? answer('one') : { hang: 'head' }), { seconds: 1.5, answers: 1 });
    expect(played.session.state.turns[0]?.runs.every((run) => run.ended !== undefined)).toBe(true);
    expect(played.session.facts.latest.at(-1)).toMatchObject({ type: 'turn.ended', cause: 'time' });
    expect(played.of('turn.ended')).toHaveLength(1);
  });
});

describe('C10: what was asked while or after the winner was presented got a canned reply', () => {
  test('a presentation that only asks something ends, and what is said next is worked on by every agent', async () => {
    const played = await play(
      ['a', 'b'],
      (_agent, call) => (offers(call, 'vote') ? vote('agent1') : offers(call, 'new_answer') ? answer('words') : { text: 'Shall I go on?' }),
      {},
      ['First wish.', 'Second wish.'],
    );
    expect(played.of('turn.ended')).toMatchObject([{ outcome: 'decided' }, { outcome: 'decided' }]);
    for (const agent of ['a', 'b']) expect(of(played, agent).some((call) => textIn(call).includes('Second wish.'))).toBe(true);
    expect(played.of('candidate.submitted').filter(({ candidate }) => candidate.turn === 't2')).toHaveLength(2);
  });
});

describe('C11: an agent with plain words for instructions could not be asked at all', () => {
  test.each([['Prefer small changes.'], ['']])('instructions %j', async (instructions) => {
    const played = await play(
      ['a'],
      (_agent, call, nth) => (nth === 0 ? answer('one') : offers(call, 'vote') ? vote('agent1') : { text: 'Done.' }),
      { instructions },
    );
    expect(played.decision.outcome).toBe('decided');
    for (const call of played.asked) {
      const system = call.messages.filter((message) => message.role === 'system').map((message) => String(message.content));
      expect(system).toHaveLength(1);
      expect(system[0]).toContain(instructions);
    }
  });
});
