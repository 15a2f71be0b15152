/** Scripted models: which reply is given, what it yields, and what is said of a scenario that is wrong. */
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/engine/providers/index.js';
import type { Message, ModelRequest, Provider, StreamPart } from '../../../src/engine/providers/provider.js';
import { parseScenario } from '../../../src/engine/providers/scenario.js';
import { withRetry } from '../../../src/engine/providers/wrap.js';
import { FailureError } from '../../../src/protocol/failure.js';
import { callsIn, failureIn, offer, requestOf, run, textIn, user } from './requests.js';

let folder = '';
let files = 0;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'massgen-scripted-')));
});
afterAll(() => rm(folder, { recursive: true }));

async function scripted(yaml: string): Promise<Provider> {
  const scenario = join(folder, `${files++}.yaml`);
  await writeFile(scenario, yaml);
  return await connect({ type: 'scripted', model: 'scripted', key: { from: 'none' }, params: {}, scenario }, undefined);
}

const at = (call: number, more: Partial<ModelRequest> = {}, purpose: 'work' | 'present' = 'work', agent = 'a') =>
  requestOf({ position: { agent, purpose, call }, ...more });
const voteOf = (...labels: string[]) => offer('vote', { agent_id: { type: 'string', enum: labels } });
const shown = (label: string, words: string, evidence = '', yours: 'yes' | 'no' = 'no'): Message =>
  user(`News:\n<answer label="${label}" yours="${yours}">\n${words}\n<evidence>${evidence}</evidence>\n<diff>+x</diff>\n</answer>`);
const ballot = (parts: readonly StreamPart[]) => callsIn(parts).map(({ tool, args }) => (tool === 'vote' ? JSON.parse(args) : tool))[0];

describe('a reply', () => {
  it('streams its reasoning and text, then its calls in order, then usage', async () => {
    const model = await scripted(`
agents:
  a:
    work:
      - say: I read.
        think: Hm.
        call:
          - read_file: { path: a.js }
          - list_files:
        answer: Done.
        usage: { input: 7, output: 3, cached: 2 }`);
    const { parts, error } = await run(model, at(0));
    expect(error).toBeUndefined();
    expect(parts).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'I read.' },
      { type: 'tool-delta', call: 'work_0_0', tool: 'read_file', text: '{"path":"a.js"}' },
      { type: 'tool-call', call: 'work_0_0', tool: 'read_file', args: '{"path":"a.js"}' },
      { type: 'tool-delta', call: 'work_0_1', tool: 'list_files', text: '{}' },
      { type: 'tool-call', call: 'work_0_1', tool: 'list_files', args: '{}' },
      { type: 'tool-delta', call: 'work_0_2', tool: 'new_answer', text: '{"content":"Done."}' },
      { type: 'tool-call', call: 'work_0_2', tool: 'new_answer', args: '{"content":"Done."}' },
      { type: 'usage', input: 7, output: 3, cached: 2 },
      { type: 'end', reason: 'tool-calls' },
    ]);
  });

  it('is streamed at its rate, and its usage is estimated', async () => {
    const model = await scripted('agents: { a: { work: [{ say: "0123456789", rate: 80 }] } }');
    const { parts } = await run(model, at(0));
    expect(parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))).toEqual(['0123', '4567', '89']);
    expect(parts.at(-2)).toEqual({ type: 'usage', input: expect.any(Number), output: expect.any(Number) });
    expect(parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
  });

  it('ends with the signal, wherever it is', async () => {
    const reason = new Error('stopped by you');
    for (const how of ['delay: 1000', 'rate: 0.001', 'fail: { hang: true }']) {
      const model = await scripted(`agents: { a: { work: [{ say: words, ${how} }] } }`);
      const controller = new AbortController();
      const outcome = run(model, at(0), controller.signal);
      setTimeout(() => controller.abort(reason), 5);
      expect((await outcome).error, how).toBe(reason);
    }
  });
});

describe('the place of a call', () => {
  const yaml = `
agents:
  a:
    work: [{ say: one }, { say: two }, { say: three }]
    present: [{ say: shown }]
  "*":
    work: [{ say: any }]`;

  it('is its number alone: the same reply as often as it is asked for, in any order, by any connection', async () => {
    const model = await scripted(yaml);
    const said = async (call: number, from = model) => textIn((await run(from, at(call))).parts);
    expect([await said(2), await said(0), await said(1), await said(1), await said(2, await scripted(yaml))]).toEqual([
      'three',
      'one',
      'two',
      'two',
      'three',
    ]);
  });

  it('is kept by agent and purpose', async () => {
    const model = await scripted(yaml);
    expect(textIn((await run(model, at(0, {}, 'present'))).parts)).toBe('shown');
    expect(textIn((await run(model, at(0, {}, 'work', 'b'))).parts)).toBe('any');
  });

  it('past the end: a vote where one is asked for, a sentence where a winner is presented, else a failure', async () => {
    const model = await scripted(yaml);
    const vote = await run(model, at(3, { tools: [voteOf('agent1')], messages: [shown('agent1', 'x')] }));
    expect(ballot(vote.parts)).toMatchObject({ agent_id: 'agent1' });
    expect(textIn((await run(model, at(1, {}, 'present'))).parts)).not.toBe('');
    const failed = failureIn(await run(model, at(3)));
    expect(failed).toMatchObject({
      code: 'config',
      retryable: false,
      message: expect.stringMatching(/\.yaml has 3 replies for the work of agent "a", and this is model call 4/),
    });
  });

  it('of an agent that is not in the scenario: a failure that names it', async () => {
    const model = await scripted('agents: { a: { work: [] } }');
    expect(failureIn(await run(model, at(0, {}, 'work', 'b')))).toMatchObject({ code: 'config', message: expect.stringContaining('"b"') });
  });

  it('has alternatives: the first whose guard holds, else the reply without one', async () => {
    const model = await scripted(`
agents:
  a:
    work:
      - { say: start }
      - { when: { tool: vote }, say: guarded by tool }
      - { when: { contains: "not\\\\s+found" }, say: guarded by words }
      - { when: { tool: search, contains: x }, say: guarded by both }
      - { say: else }
      - { say: next }`);
    const said = async (call: number, more: Partial<ModelRequest>) => textIn((await run(model, at(call, more))).parts);
    const result = (output: string): Message => ({ role: 'tool', call: 'c', tool: 'read_file', ok: true, output });
    const spoke: Message = { role: 'assistant', parts: [{ type: 'text', text: 'not found' }] };
    expect(await said(1, { tools: [voteOf('agent1')] })).toBe('guarded by tool');
    expect(await said(1, { messages: [spoke, result('not\nfound'), result('ok')] })).toBe('guarded by words');
    expect(await said(1, { messages: [user('not found'), spoke, result('x')] })).toBe('else');
    expect(await said(1, { messages: [user('x')], tools: [offer('search')] })).toBe('guarded by both');
    expect(await said(2, { tools: [voteOf('agent1')] })).toBe('next');
  });
});

describe('a ballot', () => {
  const tools = [voteOf('agent1', 'agent2', 'agent3')];
  const votes = async (target: string, messages: Message[], offered = tools) => {
    const model = await scripted(`agents: { a: { work: [{ vote: { for: "${target}", reason: because } }] } }`);
    const outcome = await run(model, at(0, { tools: offered, messages }));
    return ballot(outcome.parts)?.agent_id ?? failureIn(outcome)?.message;
  };

  it.each<[string, string, Message[], string]>([
    ['for the answer that matches', 'three+', [shown('agent1', 'two'), shown('agent2', 'threeee')], 'agent2'],
    ['for what matches now, not before', 'old', [shown('agent1', 'old'), shown('agent2', 'old'), shown('agent1', 'new')], 'agent2'],
    ['for a peer before itself', 'same', [shown('agent1', 'same', '', 'yes'), shown('agent2', 'same')], 'agent2'],
    [
      'for the best: no failure',
      'best',
      [shown('agent1', 'a', 'test: FAILED'), shown('agent2', 'b', '1 newly failing'), shown('agent3', 'c', 'test: passed')],
      'agent3',
    ],
    ['for the best: evidence before none', 'best', [shown('agent1', 'a'), shown('agent2', 'b', 'test: passed')], 'agent2'],
    ['for the best: none before failures', 'best', [shown('agent1', 'a', 'FAILED'), shown('agent2', 'b')], 'agent2'],
    ['for the best: a peer before itself', 'best', [shown('agent1', 'a', 'passed', 'yes'), shown('agent2', 'b', 'passed')], 'agent2'],
    [
      'for the best: itself where it alone passes',
      'best',
      [shown('agent1', 'a', 'passed', 'yes'), shown('agent2', 'b', 'FAILED')],
      'agent1',
    ],
  ])('%s', async (_name, target, messages, expected) => {
    expect(await votes(target, messages)).toBe(expected);
  });

  it('ranks further answers where a ranking is asked for', async () => {
    const model = await scripted('agents: { a: { work: [{ vote: { for: x, ranking: [z, "y|x"] } }] } }');
    const messages = [shown('agent1', 'x'), shown('agent2', 'y'), shown('agent3', 'z')];
    const ranked = offer('vote', { agent_id: { type: 'string', enum: ['agent1', 'agent2', 'agent3'] }, ranking: { type: 'array' } });
    const cast = async (tool: typeof ranked) => ballot((await run(model, at(0, { tools: [tool], messages }))).parts);
    expect(await cast(ranked)).toMatchObject({ agent_id: 'agent1', ranking: ['agent1', 'agent3'] });
    expect(await cast(voteOf('agent1', 'agent2', 'agent3'))).not.toHaveProperty('ranking');
  });

  it('goes to the same answer whatever its label', async () => {
    expect(await votes('best', [shown('agent1', 'x'), shown('agent2', 'y')])).toBe('agent1');
    expect(await votes('best', [shown('agent2', 'x'), shown('agent1', 'y')])).toBe('agent2');
  });

  it('goes to none that is not offered', async () => {
    expect(await votes('best', [shown('agent1', 'a', 'passed'), shown('agent2', 'b', 'FAILED')], [voteOf('agent2')])).toBe('agent2');
  });

  it('that matches nothing is a failure that says what was shown', async () => {
    expect(await votes('nothing', [shown('agent2', 'b'), shown('agent1', 'a')])).toMatch(
      /"a" cannot vote: none of the shown answers \(agent1, agent2\) matches \/nothing\//,
    );
    expect(await votes('best', [])).toMatch(/no answer has been shown/);
  });
});

describe('a failure', () => {
  const retried = async (model: Provider, call = 0) => {
    const waits: number[] = [];
    const outcome = await run(withRetry(model, { sleep: async (ms) => void waits.push(ms), random: () => 0.5 }), at(call));
    return { ...outcome, waits };
  };

  it('of a status is what the real one would be, as often as it says', async () => {
    const model = await scripted(
      'agents: { a: { work: [{ fail: { status: 429, retry_after: 4, times: 2 } }, { say: ok }, { say: next }] } }',
    );
    const { parts, waits } = await retried(model);
    expect(textIn(parts)).toBe('ok');
    expect(waits).toEqual([4000, 4000]);
    expect(textIn((await retried(model)).parts), 'over for good').toBe('ok');
    expect(textIn((await retried(model, 1)).parts)).toBe('next');
  });

  it('of a key is not tried again', async () => {
    const outcome = await retried(await scripted('agents: { a: { work: [{ fail: { status: 401 } }, { say: ok }] } }'));
    expect(failureIn(outcome)).toMatchObject({ code: 'auth', retryable: false });
    expect(outcome.waits).toEqual([]);
  });

  it('without an end lasts', async () => {
    const model = await scripted('agents: { a: { work: [{ fail: { status: 500, times: always } }, { say: next }] } }');
    for (let n = 0; n < 4; n++) expect(failureIn(await run(model, at(0)))).toMatchObject({ code: 'server', retryable: true });
    expect(textIn((await run(model, at(1))).parts)).toBe('next');
  });

  it.each([
    ['of its own reply', '{ think: abc, say: defgh, fail: { cut_after: 5 } }'],
    ['of the next reply', '{ fail: { cut_after: 5 } }, { think: abc, say: defgh }'],
  ])('cuts after so many characters %s', async (_name, work) => {
    const { parts } = await retried(await scripted(`agents: { a: { work: [${work}] } }`));
    expect(parts.slice(0, 5)).toEqual([
      { type: 'reasoning', text: 'abc' },
      { type: 'text', text: 'de' },
      { type: 'restart' },
      { type: 'reasoning', text: 'abc' },
      { type: 'text', text: 'defgh' },
    ]);
  });
});

describe('a scenario that is wrong', () => {
  const complaint = (yaml: string): string => {
    try {
      parseScenario(yaml, 's.yaml');
    } catch (error) {
      if (error instanceof FailureError) return error.failure.message;
      throw error;
    }
    return 'nothing';
  };

  it.each([
    ['agents:\n  a:\n    work:\n      - anwser: x', 's.yaml:4:9: agents.a.work.0: there is no key "anwser", did you mean "answer"?'],
    ['agent:\n  a: {}', /^s\.yaml:1:1: (agents: .*|there is no key "agent", did you mean "agents"\?)/],
    ['agents:\n  a:\n    works: []', 's.yaml:3:5: agents.a: there is no key "works", did you mean "work"?'],
    ['agents:\n  a:\n    work:\n      - vote: { form: x }', /^s\.yaml:4:\d+: agents\.a\.work\.0\.vote/],
    [
      'agents:\n  a:\n    work:\n      - fail: { statsu: 429, hang: true }',
      's.yaml:4:17: agents.a.work.0.fail: there is no key "statsu", did you mean "status"?',
    ],
    ['agents:\n  a:\n    work:\n      - fail: { times: 2 }', /4:15: .*exactly one of status, cut_after and hang/],
    ['agents:\n  a:\n    work:\n      - vote: { for: "(" }', /4:22: .*not a regular expression: \(/],
    ['agents:\n  a:\n    work:\n      - call:\n          - { a: {}, b: {} }', /5:13: .*each call is one/],
    ['agents:\n  a:\n    work:\n      - delay: soon', /4:16: .*agents\.a\.work\.0\.delay/],
    ['agents:\n  a: [', /^s\.yaml:\d+:\d+: /],
    ['', /^s\.yaml:1:1: /],
  ])('%j', (yaml, expected) => {
    const said = complaint(yaml);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  it('or missing is a failure that names the file', async () => {
    const missing = join(folder, 'none.yaml');
    const connecting = connect({ type: 'scripted', model: 's', key: { from: 'none' }, params: {}, scenario: missing }, undefined);
    await expect(connecting).rejects.toMatchObject({ failure: { code: 'config', message: expect.stringContaining(missing) } });
  });
});

describe('the example of the documentation', () => {
  it('is a scenario', async () => {
    const page = await readFile(new URL('../../../docs/scripted-models.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n(# scenario\.yaml\n.*?)```/s.exec(page) ?? [];
    const scenario = parseScenario(example, 'docs/scripted-models.md');
    expect(Object.keys(scenario.agents)).toEqual(['quick', 'careful', '*']);
  });
});
