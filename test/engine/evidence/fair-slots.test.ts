import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fairSlots } from '../../../src/engine/evidence/fair-slots.js';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('who brings many takes turns with who brings few', async () => {
  const slots = fairSlots(1);
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(name);
    await tick();
  };
  const all = ['a1', 'a2', 'a3', 'b1', 'b2'].map((name) => slots(name.charAt(0), work(name)));
  await Promise.all(all);
  expect(order[0]).toBe('a1');
  expect(order.toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);

  const two = fairSlots(2);
  const begun: string[] = [];
  const hold = (name: string) => async () => {
    begun.push(name);
    await tick();
  };
  await Promise.all(['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => two(name.charAt(0), hold(name))));
  // When the first two of a are done, b has none running: it does not wait for the rest of a.
  expect(begun.indexOf('b1')).toBeLessThan(4);
});

test('never more at once than there are places, and all are done, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 20 }),
      async (most, jobs) => {
        const slots = fairSlots(most);
        let [now, highest] = [0, 0];
        const results = await Promise.allSettled(
          jobs.map(([who, fails]) =>
            slots(who, async () => {
              now += 1;
              highest = Math.max(highest, now);
              await tick();
              now -= 1;
              if (fails) throw new Error('no');
            }),
          ),
        );
        expect(highest).toBeLessThanOrEqual(most);
        expect(results.map(({ status }) => status === 'rejected')).toEqual(jobs.map(([, fails]) => fails));
      },
    ),
    { numRuns: 30 },
  );
});
