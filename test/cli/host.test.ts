import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cliHost } from '../../src/cli/host.js';
import { judgeCommand, judgeEffect, policyFrom } from '../../src/engine/tools/policy.js';
import type { Effect } from '../../src/protocol/events.js';

/** The entry that the refusal names, as somebody would copy it. */
async function entryNamedFor(effect: Effect, what: string): Promise<string[]> {
  const {
    answer,
    by,
    why = '',
  } = await cliHost({}).approve({ run: 'r1', call: 'x', agent: 'a', effect, what, why: 'a rule asks' }, new AbortController().signal);
  expect({ answer, by }).toEqual({ answer: 'denied', by: 'policy' });
  expect(why).toContain('a rule asks');
  const [, yaml = ''] = /"(policy: .*\]\})"/.exec(why) ?? [];
  return parse(yaml).policy.allow;
}

describe('what would have to be asked is denied, and the entry that is named would allow it', () => {
  it.each(['docker ps', 'npm install left-pad', 'curl -sS https://example.com/a'])('%s', async (command) => {
    expect(judgeCommand(policyFrom({}), command, { sandboxed: true }).decision).toBe('ask');
    const policy = policyFrom({ allow: await entryNamedFor('run', command) });
    expect(judgeCommand(policy, command, { sandboxed: true }).decision).toBe('allow');
  });

  it('an effect', async () => {
    const ask = ['effect:write'];
    expect(judgeEffect(policyFrom({ ask }), 'write').decision).toBe('ask');
    expect(judgeEffect(policyFrom({ allow: await entryNamedFor('write', 'src/a.ts') }), 'write').decision).toBe('allow');
  });
});

describe('the seed', () => {
  it('is the one of MASSGEN_SEED', () => expect(cliHost({ MASSGEN_SEED: '42' }).seed()).toBe(42));
  it.each(['-1', '1.5', 'x', '4294967296'])('is not %s', (text) => expect(() => cliHost({ MASSGEN_SEED: text })).toThrow('MASSGEN_SEED'));
});
