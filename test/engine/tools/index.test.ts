import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { capLine, capText } from '../../../src/engine/tools/cap.js';
import { callTool, offers, tools } from '../../../src/engine/tools/index.js';
import type { Tool } from '../../../src/engine/tools/tool.js';
import type { CheckResult } from '../../../src/protocol/events.js';
import { openTree } from './sandbox-tree.js';
import { openContext } from './tool-context.js';

describe('what a model is offered', () => {
  it('is the contract of the command line: names, arguments and effects', () => {
    const rows = tools.map((tool) => {
      const { properties, required } = z.toJSONSchema(tool.input);
      return [
        tool.name,
        tool.effect,
        Object.keys(properties ?? {})
          .map((name) => (required?.includes(name) ? name : `${name}?`))
          .join(', '),
      ];
    });
    expect(rows).toEqual([
      ['read_file', 'read', 'path, offset?, limit?'],
      ['list_files', 'read', 'path?, pattern?, recursive?'],
      ['search', 'read', 'pattern, path?, glob?, max_results?'],
      ['write_file', 'write', 'path, content'],
      ['edit_file', 'write', 'path, old_text, new_text, replace_all?'],
      ['delete_file', 'write', 'path'],
      ['move_file', 'write', 'from, to'],
      ['run_command', 'run', 'command, timeout_seconds?, background?'],
      ['read_output', 'run', 'id'],
      ['stop_command', 'run', 'id'],
      ['run_checks', 'run', 'names?'],
    ]);
  });

  it('is plain JSON Schema of an object that takes nothing else, every argument described', () => {
    for (const { name, description, parameters } of offers(tools)) {
      expect([name, description.length > 20, parameters.type, parameters.additionalProperties]).toEqual([name, true, 'object', false]);
      expect(parameters.$schema).toBeUndefined();
      for (const property of Object.values(parameters.properties as Record<string, { type: string; description: string }>)) {
        expect(property.type).toMatch(/^(string|boolean|integer|number|array)$/);
        expect(property.description.length).toBeGreaterThan(8);
      }
    }
    expect(offers(tools)[3]).toEqual({
      name: 'write_file',
      description: expect.any(String),
      parameters: {
        type: 'object',
        properties: {
          path: { type: 'string', description: expect.any(String) },
          content: { type: 'string', description: expect.any(String) },
        },
        required: ['path', 'content'],
        additionalProperties: false,
      },
    });
  });
});

describe('callTool', () => {
  const cases: [string, string, string, RegExp][] = [
    [
      'S2: an unknown argument name',
      'write_file',
      '{"target_file": "/etc/x", "path": "x", "content": ""}',
      /^write_file: unknown argument "target_file"\. It takes path, content\.$/,
    ],
    ['a missing argument', 'write_file', '{"path": "x"}', /^write_file: "content": .*\. It takes path, content\.$/],
    ['a wrong type', 'read_file', '{"path": 7}', /^read_file: "path": .*\. It takes path, offset\?, limit\?\.$/],
    ['a number out of range', 'read_file', '{"path": "src/a.ts", "offset": 0}', /"offset"/],
    ['a list', 'read_file', '["src/a.ts"]', /^read_file: /],
    ['text', 'read_file', '"src/a.ts"', /^read_file: /],
    ['JSON that is cut off', 'read_file', '{"path": "src', /^read_file: the arguments are not valid JSON \(.*\)\. It takes path/],
    ['no arguments where some are needed', 'read_file', '', /^read_file: "path"/],
    ['the name of something inherited', 'read_file', '{"path": "x", "constructor": 1}', /unknown argument "constructor"/],
  ];
  it.each(cases)('says what is wrong with %s', async (_, name, args, output) => {
    await using tree = await openTree();
    await using agent = openContext(tree);
    expect(await agent.call(name, args)).toEqual({ ok: false, output: expect.stringMatching(output) });
  });

  it('takes null for an argument that is left out, and nothing for no arguments', async () => {
    await using tree = await openTree();
    await using agent = openContext(tree);
    expect((await agent.call('read_file', '{"path": "src/a.ts", "offset": null, "limit": null}')).ok).toBe(true);
    expect((await agent.call('list_files', '')).ok).toBe(true);
  });

  it('cuts what is too long, and throws what is a bug', async () => {
    await using tree = await openTree();
    await using agent = openContext(tree);
    const tool = (run: Tool['run']): Tool => ({ name: 'x', description: '', input: z.strictObject({}), effect: 'read', run });
    const long = await callTool(
      tool(async () => ({ ok: true, output: 'y'.repeat(1_000_000), wrote: ['a'] })),
      '{}',
      agent.context,
    );
    expect([long.output.length < 100_000, long.wrote]).toEqual([true, ['a']]);
    await expect(
      callTool(
        tool(async () => {
          throw new TypeError('a bug');
        }),
        '{}',
        agent.context,
      ),
    ).rejects.toThrow('a bug');
  });
});

describe('run_checks', () => {
  const check = (name: string, status: CheckResult['status']): CheckResult => ({
    name,
    command: name,
    status,
    version: 'base',
    durationMs: 1,
  });
  it.each([
    [[check('test', 'passed'), check('lint', 'passed')], true],
    [[check('test', 'passed'), check('lint', 'failed')], false],
    [[check('test', 'not-run')], false],
    [[], false],
  ])('of %j gives ok %s', async (checks, ok) => {
    await using tree = await openTree();
    const asked: unknown[] = [];
    await using agent = openContext(tree, {
      more: {
        checks: async (names) => {
          asked.push(names);
          return { checks, text: 'as they say' };
        },
      },
    });
    expect(await agent.call('run_checks', { names: ['test'] })).toEqual({ ok, output: 'as they say' });
    await agent.call('run_checks', {});
    expect(asked).toEqual([['test'], undefined]);
  });
});

describe('caps', () => {
  it('keeps head and tail, whole characters, and says what is left out', () => {
    expect(capText('short', 100)).toBe('short');
    expect(capText('é'.repeat(100), 200)).toBe('é'.repeat(100));
    const cut = capText(`head${'é'.repeat(1000)}tail`, 101);
    expect(cut).toMatch(/^headé+\n… [\d,]+ bytes left out …\né+tail$/);
  });
  it('cuts a line between characters', () => {
    expect(capLine('abc', 3)).toBe('abc');
    expect(capLine('ab😀cd', 3)).toBe('ab… (4 more characters)');
  });
});
