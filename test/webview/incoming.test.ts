import { describe, expect, test } from 'vitest';
import type { DeltaEvent, FactEvent } from '../../src/protocol/events.js';
import { follow, noLive } from '../../src/protocol/live.js';
import { stateOf } from '../../src/protocol/reduce.js';
import { shownOf, take } from '../../src/webview/incoming.js';
import { whole } from './story.js';

const at = (count: number) =>
  shownOf({ state: stateOf(whole.slice(0, count)), live: whole.slice(0, count).reduce(follow, noLive), title: '' });
const delta = (after: number, n: number, text: string): DeltaEvent => ({ type: 'text.delta', run: 'r1', text, after, n, at: 0 });

describe('what the host sends', () => {
  test.each([1, 7, 20, whole.length])('taken in from any point gives what the log gives (%i)', (count) => {
    const { shown, gap } = take(at(count), whole.slice(count));
    expect(gap).toBeUndefined();
    expect(shown.state).toEqual(stateOf(whole));
  });

  test('is taken once: what is known already is skipped', () => {
    expect(take(at(20), whole.slice(10)).shown.state).toEqual(stateOf(whole));
  });

  test('is not taken past a gap, which is told by the last fact before it', () => {
    const { shown, gap } = take(at(10), [...whole.slice(10, 12), ...whole.slice(13)]);
    expect(gap).toBe(12);
    expect(shown.state).toEqual(stateOf(whole.slice(0, 12)));
  });

  test('shows a gap by a delta that hangs on a fact which is not there', () => {
    expect(take(at(10), [delta(11, 1, 'a')]).gap).toBe(10);
  });

  test('may join deltas, repeat them, and bring them too late', () => {
    const { shown } = take(at(10), [delta(10, 1, 'a'), delta(10, 1, 'a'), delta(10, 5, 'b'), delta(9, 6, 'c')]);
    expect(shown.live.r1?.text).toBe('ab');
  });

  test('ends at a fact of a newer version', () => {
    const strange = { type: 'moon.rose', seq: 11, at: 0 } as unknown as FactEvent;
    expect(() => take(at(10), [strange])).toThrow('moon.rose');
  });
});
