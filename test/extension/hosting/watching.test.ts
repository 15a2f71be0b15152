import { expect, test } from 'vitest';
import { openFacts } from '../../../src/engine/facts.js';
import type { Session } from '../../../src/engine/session.js';
import { openWatching } from '../../../src/extension/hosting/watching.js';
import type { Event } from '../../../src/protocol/events.js';
import { emptyState } from '../../../src/protocol/state.js';

test('who looks in the midst of a reply is shown its words from the beginning', () => {
  const listeners = new Set<(event: Event) => void>();
  const facts = openFacts('', (written) => written);
  facts.add({ type: 'run.started', run: 'r1', turn: 't1', agent: 'maya', purpose: 'work', shown: [], seq: 1, at: 1 }, 0);
  const session = {
    id: 's',
    state: { ...emptyState, id: 's', seq: 1 },
    facts,
    subscribe(listener: (event: Event) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Session;
  const watching = openWatching({ folder: '/nowhere', clock: { after: () => () => undefined }, publish: () => undefined });
  watching.live(session);
  const say = (text: string, n: number) => {
    for (const listener of listeners) listener({ type: 'text.delta', run: 'r1', text, after: 1, n, at: 2 });
  };
  say('First ', 1);
  say('what', 2);
  const watch = watching.watch('s');
  expect(watch.now().live).toMatchObject({ r1: { act: { does: 'writes' }, text: 'First what' } });
  say(' is asked', 3);
  expect(watch.now().live.r1?.text).toBe('First what is asked');
});
