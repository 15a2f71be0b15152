import { expect, test } from 'vitest';
import { candidateOf } from '../../src/engine/coordination.js';
import { emptyState } from '../../src/protocol/state.js';
import { turnOf } from './patterns/ballots.js';

type Port = Parameters<typeof candidateOf>[0];

test('an answer is told to be like others in their order, whichever was compared first, those that came meanwhile too', async () => {
  const turn = turnOf({ c1: { by: 'a' }, c2: { by: 'b' } }, []);
  const later = turnOf({ c1: { by: 'a' }, c2: { by: 'b' }, c3: { by: 'c' } }, []);
  const recorder = { state: { ...emptyState, turns: [turn] } };
  const compared: string[] = [];
  let second = (): void => undefined;
  const store: Partial<Port['store']> = {
    sizeOf: async () => ({ files: 1, added: 1, removed: 0 }),
    keep: async () => undefined,
    async similarity(_, tree) {
      if (tree === 'tree of c1') await new Promise<void>((resolve) => (second = resolve));
      compared.push(tree);
      recorder.state = { ...emptyState, turns: [later] };
      second();
      return 0.5;
    },
  };
  const run = { id: 'r9', turn: 't1', agent: 'd' };
  const { similarity } = await candidateOf({ store, recorder, run } as unknown as Port, 'words', 'tree');
  expect(compared).toEqual(['tree of c2', 'tree of c1', 'tree of c3']);
  expect(similarity.map(({ to }) => to)).toEqual(['base', 'c1', 'c2', 'c3']);
});
