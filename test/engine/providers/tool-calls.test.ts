/** Tool calls put together from fragments, however a vendor breaks them up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleToolCalls, type Fragment } from '../../../src/engine/providers/tool-calls.js';

function assemble(fragments: Fragment[], taken: string[] = []) {
  const assembly = assembleToolCalls(new Set(taken));
  const shown = fragments.flatMap((fragment) => assembly.add(fragment) ?? []);
  return { calls: assembly.calls(), shown };
}

const fn = (name?: string, args?: unknown) => ({
  function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
});
const names = (fragments: Fragment[]) => assemble(fragments).calls.map(({ tool, args }) => `${tool} ${args}`);

describe('fragments', () => {
  it.each<[string, Fragment[], string[]]>([
    [
      'as OpenAI sends them',
      [
        { index: 0, id: 'x', ...fn('read', '') },
        { index: 0, ...fn(undefined, '{"a":') },
        { index: 0, ...fn(undefined, '1}') },
      ],
      ['read {"a":1}'],
    ],
    [
      'with the name and id on each',
      [
        { index: 0, id: 'x', ...fn('read', '{"a"') },
        { index: 0, id: 'x', ...fn('read', ':1}') },
      ],
      ['read {"a":1}'],
    ],
    [
      'with a new id on each',
      [
        { index: 0, id: 'x', ...fn('read', '{"a"') },
        { index: 0, id: 'y', ...fn(undefined, ':1}') },
      ],
      ['read {"a":1}'],
    ],
    [
      'without ids, interleaved',
      [
        { index: 0, ...fn('r', '{"a"') },
        { index: 1, ...fn('w', '{"b"') },
        { index: 0, ...fn(undefined, ':1}') },
        { index: 1, ...fn(undefined, ':2}') },
      ],
      ['r {"a":1}', 'w {"b":2}'],
    ],
    [
      'whole, all with index 0, with ids',
      [
        { index: 0, id: 'x', ...fn('r', '{}') },
        { index: 0, id: 'y', ...fn('r', '{"b":2}') },
      ],
      ['r {}', 'r {"b":2}'],
    ],
    [
      'whole, all with index 0, without ids',
      [
        { index: 0, ...fn('r', '{"a":1}') },
        { index: 0, ...fn('r', '{"b":2}') },
      ],
      ['r {"a":1}', 'r {"b":2}'],
    ],
    ['whole, without index or ids', [fn('r', '{"a":1}'), fn('r', '{"b":2}'), fn('w', '{"c":3}')], ['r {"a":1}', 'r {"b":2}', 'w {"c":3}']],
    [
      'in pieces, without index or ids',
      [fn('r', '{"a"'), fn('r', ':1}'), fn('w', '{"b'), fn(undefined, '":2}')],
      ['r {"a":1}', 'w {"b":2}'],
    ],
    [
      'whole, without index, with ids',
      [
        { id: 'x', ...fn('r', '{"a":1}') },
        { id: 'y', ...fn('r', '{"a":1}') },
      ],
      ['r {"a":1}', 'r {"a":1}'],
    ],
    ['without arguments, one after the other', [fn('r'), fn('w')], ['r {}', 'w {}']],
    ['with an object for arguments', [{ index: 0, ...fn('r', { a: 1 }) }], ['r {"a":1}']],
    [
      'with {} first and the arguments after',
      [
        { index: 0, id: 'x', ...fn('r', '{}') },
        { index: 0, ...fn(undefined, '{"a"') },
        { index: 0, ...fn(undefined, ':1}') },
      ],
      ['r {"a":1}'],
    ],
    [
      'with the whole once more at the end',
      [
        { index: 0, id: 'x', ...fn('r', '{"a":1}') },
        { index: 0, id: 'x', ...fn('r', '{"a":1}') },
      ],
      ['r {"a":1}'],
    ],
    [
      'with the name after the first arguments',
      [
        { index: 0, ...fn(undefined, '{"a"') },
        { index: 0, ...fn('r', ':1}') },
      ],
      ['r {"a":1}'],
    ],
  ])('%s', (_name, fragments, expected) => {
    expect(names(fragments)).toEqual(expected);
  });

  it('keep the vendor’s ids where they are free, and get others where they are taken or missing', () => {
    const { calls } = assemble(
      [
        { index: 0, id: 'call_0', ...fn('r', '{}') },
        { index: 1, id: 'call_1', ...fn('r', '{}') },
        { index: 2, ...fn('r', '{}') },
      ],
      ['call_0', 'call_0_2'],
    );
    expect(calls.map(({ call }) => call)).toEqual(['call_0_3', 'call_1', expect.stringMatching(/^call_[0-9a-f]{24}$/)]);
  });

  it('carry what else is on them', () => {
    expect(assemble([{ index: 0, id: 'x', ...fn('r', '{}'), extra_content: { s: 1 } }]).calls).toEqual([
      { call: 'x', tool: 'r', args: '{}', extra: { s: 1 } },
    ]);
  });
});

describe('any calls, cut and mixed in any way', () => {
  const call = fc.record({
    id: fc.option(fc.uuid(), { nil: undefined }),
    tool: fc.constantFrom('read_file', 'write_file', 'vote'),
    args: fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
  });
  const cuts = fc.array(fc.nat(200), { maxLength: 8 });
  const sizes = fc.infiniteStream(fc.nat(1000));

  /** The fragments of one call: its arguments cut at some places. */
  const fragmentsOf = (
    { id, tool, args }: { id: string | undefined; tool: string; args: string },
    index: number,
    at: number[],
  ): Fragment[] => {
    const places = [0, ...at.map((n) => n % (args.length + 1)).sort((a, b) => a - b), args.length];
    return places.slice(1).map((end, n) => ({
      index,
      ...(n === 0
        ? { ...(id === undefined ? {} : { id }), function: { name: tool, arguments: args.slice(0, end) } }
        : { function: { arguments: args.slice(places[n], end) } }),
    }));
  };

  it('come out as they went in, and what was shown of each is its arguments', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(call, cuts), { minLength: 1, maxLength: 4 }), sizes, (drawn, stream) => {
        // Repeated ids are a vendor's fault of another kind.
        fc.pre(new Set(drawn.map(([{ id }], n) => id ?? n)).size === drawn.length);
        const queues = drawn.map(([one, at], index) => fragmentsOf(one, index, at));
        // Each call begins in order; after that its fragments come in any order among those of the others.
        const fragments: Fragment[] = queues.flatMap((queue) => queue.splice(0, 1));
        while (queues.some((queue) => queue.length > 0)) {
          const open = queues.filter((queue) => queue.length > 0);
          fragments.push(...(open[(stream.next().value ?? 0) % open.length]?.splice(0, 1) ?? []));
        }
        const { calls, shown } = assemble(fragments);
        expect(calls.map(({ tool, args }) => ({ tool, args }))).toEqual(drawn.map(([{ tool, args }]) => ({ tool, args })));
        expect(new Set(calls.map((one) => one.call)).size).toBe(calls.length);
        for (const one of calls) {
          expect(shown.flatMap((piece) => (piece.call === one.call ? [piece.text] : [])).join('')).toBe(one.args);
        }
      }),
    );
  });

  it('never throw, whatever the fragments are', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.constantFrom('index', 'id', 'function', 'x'), fc.jsonValue())), (fragments) => {
        const { calls } = assemble(fragments);
        expect(new Set(calls.map(({ call: id }) => id)).size).toBe(calls.length);
      }),
    );
  });
});
