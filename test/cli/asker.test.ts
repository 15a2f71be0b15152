import { describe, expect, it } from 'vitest';
import { openAsker } from '../../src/cli/asker.js';
import type { ApprovalRequest } from '../../src/engine/host.js';

const install: ApprovalRequest = {
  run: 'r1',
  call: 'x',
  agent: 'a',
  effect: 'run',
  what: 'npm install left-pad',
  why: 'it needs the network',
};
const never = new AbortController().signal;

/** A person who types these lines, one for each question. */
function person(...lines: string[]) {
  const asked: string[] = [];
  const asker = openAsker(async (text) => {
    asked.push(text);
    return lines.shift() ?? '';
  });
  return { asker, asked };
}

describe('what the policy says to ask', () => {
  it.each([
    ['y', 'allowed'],
    ['Yes', 'allowed'],
    ['once', 'allowed'],
    ['s', 'allowed'],
    ['n', 'denied'],
    ['', 'denied'],
    ['yes please', 'denied'],
    ['sure', 'denied'],
  ])('is answered with %j: %s, by the person', async (typed, answer) => {
    const { asker } = person(typed);
    expect(await asker.approve(install, never)).toMatchObject({ answer, by: 'you' });
  });

  it.each([
    ['y', undefined],
    ['s', 'session'],
    ['always', 'always'],
  ])('%j reaches as far as it says', async (typed, reach) => {
    expect((await person(typed).asker.approve(install, never)).for).toBe(reach);
  });

  it('is shown whole, on lines of its own, without anything that a terminal would obey', async () => {
    const { asker, asked } = person('n');
    await asker.approve({ ...install, what: 'echo safe\u001b[1A\u001b[2K\nrm -rf x', why: 'a rule asks' }, never);
    expect(asked[0]).not.toContain('\u001b');
    expect(asked[0]).toMatch(/^An agent wants to run: {2}echo safe⟨1b⟩\[1A⟨1b⟩\[2K ⏎ rm -rf x\n {2}asked because a rule asks\n/);
  });

  it.each([
    ['y', 'allowed'],
    ['once', 'allowed'],
    ['s', 'denied'],
    ['always', 'denied'],
    ['', 'denied'],
  ])('that cannot be taken back is answered with %j: %s, and never for longer', async (typed, answer) => {
    const { asker, asked } = person(typed);
    const approval = await asker.approve({ ...install, what: 'npm publish', once: true }, never);
    expect([approval.answer, approval.for]).toEqual([answer, undefined]);
    expect(asked[0]).toMatch(/^Beyond your folder, and not to be taken back: {2}npm publish\n/);
    expect(asked[0]).not.toMatch(/session|always/);
  });

  it('is one question at a time; what is drawn is gone while it stands', async () => {
    const log: string[] = [];
    let answer: (line: string) => void = () => undefined;
    const asker = openAsker((text) => {
      log.push(`asked ${/left-pad\d/.exec(text)}`);
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    asker.beside(() => {
      log.push('held');
      return () => log.push('released');
    });
    const both = [1, 2].map((n) => asker.approve({ ...install, what: `npm install left-pad${n}` }, never));
    await new Promise(setImmediate);
    expect(log).toEqual(['held', 'asked left-pad1']);
    answer('y');
    await both[0];
    await new Promise(setImmediate);
    expect(log).toEqual(['held', 'asked left-pad1', 'released', 'held', 'asked left-pad2']);
    answer('n');
    expect((await Promise.all(both)).map((one) => one.answer)).toEqual(['allowed', 'denied']);
  });

  it('is asked no more once the run is over, and the next question is asked all the same', async () => {
    const { asker, asked } = person('y');
    await expect(asker.approve(install, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(await asker.approve(install, never)).toMatchObject({ answer: 'allowed' });
    expect(asked).toHaveLength(1);
  });
});

describe('what would send a key', () => {
  const sending = { name: 'KEY', to: 'https://gw.example/v1', place: { file: '/w/mass\u001bgen.yaml', line: 3, column: 5 } };
  it.each([
    ['y', true],
    ['YES', true],
    ['a', false],
    ['', false],
  ])('is agreed to with a plain yes alone: %j', async (typed, agreed) => {
    const { asker, asked } = person(typed);
    expect(await asker.consent([sending], never)).toBe(agreed);
    expect(asked[0]).toContain('  KEY goes to https://gw.example/v1  (/w/mass⟨1b⟩gen.yaml:3:5)\n');
  });
});
