import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { documentOf } from '../../src/engine/export/document.js';
import type { Approval, ApprovalRequest, Host } from '../../src/engine/host.js';
import { createSession, openSession, type Session } from '../../src/engine/session.js';
import { sessionFiles } from '../../src/engine/sessions.js';
import type { Fact, FactEvent } from '../../src/protocol/events.js';
import { git, type Overrides, removeFolders, repository, scriptedTeam, testHost } from '../fixtures/team.js';

afterAll(removeFolders);

/** It acts beyond the workspace by its name; here it only leaves a trace. */
const upload = 'twine() { echo "$@" >> uploads.txt; }; twine upload dist';
const notify = 'swaks() { echo "$@" >> mails.txt; }; swaks --to team@example.com';
const run = (command: string) => ({ run_command: { command } });
const ask = [{ type: 'text' as const, text: 'Publish it.' }];

const team = (calls: unknown[], more: Overrides = {}) =>
  scriptedTeam(
    {
      doer: {
        work: [
          { call: [...calls, { write_file: { path: 'a.txt', content: 'two\n' } }], answer: 'Ready to go out.' },
          { vote: { for: 'Ready' } },
        ],
        present: [{ say: 'It is out.' }],
      },
      other: { work: [{ answer: 'I would not.' }, { vote: { for: 'Ready' } }] },
    },
    { ...more, settings: { checks: [], ...more.settings } },
  );

function person(answers: Partial<Record<string, Approval['answer']>> = {}): Host & { asked: ApprovalRequest[] } {
  const asked: ApprovalRequest[] = [];
  const approve: Host['approve'] = async (request) => {
    asked.push(request);
    return { answer: answers[request.what] ?? 'denied', by: 'you', for: 'always' };
  };
  return { ...testHost(), approve, asked };
}

const of = <T extends Fact['type']>(facts: Iterable<FactEvent>, type: T) =>
  [...facts].filter((event): event is Extract<FactEvent, { type: T }> => event.type === type);
const acts = (session: Session) => session.state.turns.at(-1)?.acts.map(({ what, status }) => [what, status]);
const traces = (session: Session, file: string): string | undefined => {
  const turn = session.state.turns.at(-1);
  const tree = turn?.candidates.at(-1)?.tree ?? '';
  try {
    return git(session.store.gitDir, 'show', `${tree}:${file}`);
  } catch {
    return undefined; // It left none.
  }
};

describe('what cannot be taken back', () => {
  test('is described while agents deliberate, and done once when its answer is presented and the person says yes', async () => {
    const host = person({ [upload]: 'allowed', [notify]: 'allowed' });
    const folder = repository({ 'a.txt': 'one\n' });
    await using session = await createSession({ folder, host });
    const decision = await session.turn(ask, team([run(upload), run(notify), run(upload)]));

    const [turn] = session.state.turns;
    const winner = turn?.candidates.find((one) => one.id === decision.winner);
    expect(winner?.plan?.map(({ what }) => what)).toEqual([upload, notify]);
    // Nothing had happened when the answers were compared.
    expect(git(session.store.gitDir, 'ls-tree', '--name-only', winner?.tree ?? '').trim()).toBe('a.txt');
    expect(of(session.facts, 'tool.returned').filter((fact) => fact.planned !== undefined)).toHaveLength(3);

    expect(host.asked.map(({ what, once, effect }) => [what, once, effect])).toEqual([
      [upload, true, 'run'],
      [notify, true, 'run'],
    ]);
    const present = turn?.runs.find((one) => one.purpose === 'present')?.id;
    expect(host.asked.every((one) => one.run === present)).toBe(true);
    expect(acts(session)).toEqual([
      [upload, 'done'],
      [notify, 'done'],
    ]);
    expect(traces(session, 'uploads.txt')).toBe('upload dist\n');
    const order = [...session.facts].filter((fact) => 'call' in fact && fact.call === 'plan-1').map((fact) => fact.type);
    expect(order).toEqual(['tool.called', 'approval.requested', 'approval.answered', 'tool.returned']);

    // A yes is for this once, whatever the front said.
    expect(of(session.facts, 'approval.answered').every((fact) => fact.for === undefined)).toBe(true);
    const markdown = await documentOf('md', [...session.facts], async () => '');
    expect(markdown).toContain(`beyond the folder: \`${upload}\` (done)`);
  });

  test('is not done without a yes, nor what comes after it, and the winner stands', async () => {
    const host = person({ [notify]: 'allowed' });
    await using session = await createSession({ folder: repository({ 'a.txt': 'one\n' }), host });
    const decision = await session.turn(ask, team([run(upload), run(notify)]));
    expect(decision.outcome).toBe('decided');
    expect(acts(session)).toEqual([[upload, 'denied']]);
    expect([traces(session, 'uploads.txt'), traces(session, 'mails.txt')]).toEqual([undefined, undefined]);
  });

  test('needs no question where the policy allows it by name; it is written down all the same', async () => {
    const host = person();
    const policy = { allow: ['swaks'], ask: [], deny: [], network: 'none' as const };
    await using session = await createSession({ folder: repository({ 'a.txt': 'one\n' }), host });
    await session.turn(ask, team([run('swaks --to team@example.com')], { settings: { policy } }));
    expect(host.asked).toEqual([]);
    expect(of(session.facts, 'approval.answered')).toMatchObject([{ call: 'plan-1', answer: 'allowed', by: 'policy' }]);
    // There is no such program here: it was really tried.
    expect(acts(session)?.[0]?.[1]).toBe('failed');
  });

  test('that was begun when the process was killed is never done again; that nobody had answered is asked again', async () => {
    const folder = repository({ 'a.txt': 'one\n' });
    const first = await createSession({ folder, host: person({ [upload]: 'allowed' }) });
    await first.turn(ask, team([run(upload)]));
    await first[Symbol.asyncDispose]();
    const { log } = sessionFiles(folder, first.id);
    const whole = readFileSync(log, 'utf8').split('\n');
    const cutAfter = (type: Fact['type']) => {
      const last = whole.findIndex((line) => line.includes(`"type":"${type}"`));
      writeFileSync(log, `${whole.slice(0, last + 1).join('\n')}\n`);
    };

    cutAfter('approval.answered');
    const killed = person({ [upload]: 'allowed' });
    {
      await using session = await openSession({ folder, host: killed, id: first.id });
      expect((await session.resume()).outcome).toBe('decided');
      expect([killed.asked, acts(session), traces(session, 'uploads.txt')]).toEqual([[], [[upload, 'unknown']], undefined]);
    }

    cutAfter('approval.requested');
    const asked = person({ [upload]: 'allowed' });
    await using session = await openSession({ folder, host: asked, id: first.id });
    await session.resume();
    expect([asked.asked.length, acts(session), traces(session, 'uploads.txt')]).toEqual([1, [[upload, 'done']], 'upload dist\n']);
  });

  test('cannot be had again by the model that presents', async () => {
    const host = person({ [upload]: 'allowed' });
    const doer = {
      work: [{ call: [run(upload)], answer: 'Ready to go out.' }, { vote: { for: 'Ready' } }],
      present: [{ call: [run(upload), run(notify)] }, { say: 'It is out.' }],
    };
    await using session = await createSession({ folder: repository({ 'a.txt': 'one\n' }), host });
    await session.turn(ask, scriptedTeam({ doer }, { settings: { checks: [] } }));
    expect(host.asked.map(({ what }) => what)).toEqual([upload, notify]);
    expect(traces(session, 'uploads.txt')).toBe('upload dist\n');
  });

  test('can be left out of an answer by who planned it', async () => {
    const doer = {
      work: [
        { call: [run(upload), run(notify)] },
        { call: [{ new_answer: { content: 'Ready', planned: ['rm -rf /'] } }] },
        { call: [{ new_answer: { content: 'Ready', planned: [notify] } }] },
        { vote: { for: 'Ready' } },
      ],
      present: [{ say: 'Done.' }],
    };
    const host = person();
    await using session = await createSession({ folder: repository({ 'a.txt': 'one\n' }), host });
    await session.turn(ask, scriptedTeam({ doer }, { settings: { checks: [] } }));
    expect(of(session.facts, 'candidate.refused')).toHaveLength(1);
    expect(acts(session)).toEqual([[notify, 'denied']]);
  });

  test('is asked for like any effect where planning mode is off', async () => {
    const host = person({ [upload]: 'allowed' });
    await using session = await createSession({ folder: repository({ 'a.txt': 'one\n' }), host });
    const decision = await session.turn(ask, team([run(upload)], { settings: { planning: false } }));
    expect(host.asked.map(({ what, agent }) => [what, agent])).toEqual([[upload, 'doer']]);
    const winner = session.state.turns[0]?.candidates.find((one) => one.id === decision.winner);
    expect([winner?.plan, acts(session), traces(session, 'uploads.txt')]).toEqual([undefined, [], 'upload dist\n']);
  });
});
