import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/engine/config/load.js';
import { type Demo, makeDemo } from '../../src/engine/demo/index.js';
import type { Host } from '../../src/engine/host.js';
import { createSession, type Session } from '../../src/engine/session.js';
import { textOf } from '../../src/protocol/content.js';
import type { CheckResult, Decision } from '../../src/protocol/events.js';
import { currentTurn } from '../../src/protocol/state.js';

const host: Host = {
  now: Date.now,
  env: { PATH: process.env.PATH, HOME: process.env.HOME },
  approve: async () => ({ answer: 'denied', by: 'policy', why: 'a test asks nobody' }),
  seed: () => 7,
  log: () => undefined,
};

/** The demo from its folder to the outcome, once; the tests look at what it left. */
describe('the demo, played to its end', () => {
  let scratch: string;
  let demo: Demo;
  let session: Session;
  let decision: Decision;

  beforeAll(async () => {
    scratch = await realpath(await mkdtemp(join(tmpdir(), 'demo-e2e-')));
    demo = await makeDemo(join(scratch, 'project'), { fast: true });
    session = await createSession({ folder: demo.folder, host });
    const team = await loadConfig(demo.configFile, { env: {}, folder: demo.folder });
    decision = await session.turn([{ type: 'text', text: demo.task }], team);
  });
  afterAll(async () => {
    await session[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  });

  const turn = () => {
    const found = currentTurn(session.state);
    if (found === undefined) throw new Error('there is no turn');
    return found;
  };
  const candidateOf = (agent: string) => turn().candidates.find((candidate) => candidate.agent === agent);
  const evidenceOf = (agent: string): CheckResult[] => turn().checks[candidateOf(agent)?.tree ?? '']?.results ?? [];
  const testsOf = (agent: string) => evidenceOf(agent).filter((check) => check.name === 'test');

  test('each agent answers once, and is checked', () => {
    expect(
      turn()
        .candidates.map((candidate) => candidate.agent)
        .sort(),
    ).toEqual(['maya', 'otto', 'rin']);
    expect(testsOf('otto')).toMatchObject([{ status: 'passed', tests: { passed: 8, failed: 0 }, newlyFailing: [] }]);
  });

  test('the evidence shows what the quick fix broke, though its author says that it works', () => {
    expect(textOf(candidateOf('maya')?.words ?? [])).toMatch(/it works/);
    const [check, ...others] = testsOf('maya');
    expect(others).toEqual([]);
    expect(check).toMatchObject({ status: 'failed', tests: { passed: 7, failed: 1 } });
    expect(check?.newlyFailing).toEqual([expect.stringContaining('fractions of a token add up')]);
  });

  test('an answer that changes tests is held to the old ones and to its own', () => {
    expect(testsOf('rin')).toMatchObject([
      { version: 'base', status: 'passed', tests: { passed: 8, failed: 0 } },
      { version: 'candidate', status: 'passed', tests: { passed: 10, failed: 0 } },
    ]);
    expect(turn().checks[candidateOf('rin')?.tree ?? '']?.changed).toEqual(['test/limiter.test.js']);
  });

  test('the agent that was wrong sees it and votes for another; the majority decides', () => {
    const ballots = Object.fromEntries(turn().ballots.map(({ voter, choice }) => [voter, choice]));
    const rin = candidateOf('rin')?.id;
    expect(ballots).toEqual({ maya: rin, otto: rin, rin: candidateOf('otto')?.id });
    expect(decision).toMatchObject({ outcome: 'decided', winner: rin, ballots: { live: 3, needed: 3 } });
    expect(turn().ballots.find(({ voter }) => voter === 'maya')?.reason).toMatch(/Mine loses fractions/);
  });

  test('with as few model calls as the work needs, and no failed run', () => {
    const runs = turn().runs.map(({ agent, purpose, ended }) => `${agent} ${purpose} ${ended?.reason}`);
    expect(runs.sort()).toEqual([
      'maya work done',
      'maya work done',
      'otto work done',
      'otto work done',
      'rin present done',
      'rin work done',
      'rin work done',
    ]);
  });

  test('the person’s folder is as it was, until the winner is applied; undone, it is so again', async () => {
    const read = (path: string): Promise<string> => readFile(join(demo.folder, path), 'utf8');
    const before = [await read('src/limiter.js'), await read('test/limiter.test.js')];
    expect(before[0]).not.toContain('Math.min');
    const applied = await session.apply({ chosen: [{ candidate: decision.winner ?? '', selection: 'all' }] });
    expect(applied.plan.conflicts).toEqual([]);
    expect(await read('src/limiter.js')).toContain('Math.min(burst, tokens + inflow)');
    expect(await read('docs/report.md')).toContain('From support');
    await session.undo();
    expect([await read('src/limiter.js'), await read('test/limiter.test.js')]).toEqual(before);
  });
});
