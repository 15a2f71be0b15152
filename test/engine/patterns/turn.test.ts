import { describe, expect, it } from 'vitest';
import { patterns } from '../../../src/engine/patterns/index.js';
import type { Fact, FactEvent } from '../../../src/protocol/events.js';
import { reduce, stateOf } from '../../../src/protocol/reduce.js';
import { emptyState, type SessionState } from '../../../src/protocol/state.js';
import { type Player, play } from './simulate.js';

const once =
  (tree: string): Player =>
  ({ answered }) => ({ after: 1, act: answered > 0 ? { act: 'vote', for: 'last' } : { act: 'answer', tree } });

/** A turn of which one answer's checks are under way, as the log has it. */
function begun(): FactEvent[] {
  const [consensus] = patterns;
  const { events } = play(consensus, { a: () => ({ after: 10, act: { act: 'answer', tree: 't1' } }) }, { unchecked: ['t1'] });
  return events.slice(0, events.findIndex((event) => event.type === 'check.started') + 1);
}

function then(events: readonly FactEvent[], ...facts: (Fact & { at: number })[]): SessionState {
  return facts.reduce((state, fact) => reduce(state, { ...fact, seq: state.seq + 1 }), stateOf(events));
}

describe.each(patterns)('in $id', (pattern) => {
  const waits = (state: SessionState) => pattern.next(state).flatMap((step) => (step.do === 'wait' ? [{ [step.what]: step.until }] : []));

  it('time in which nobody worked does not count towards the turn’s', () => {
    expect(waits(then(begun()))).toContainEqual({ turn: 1_800_000 });
    expect(waits(then(begun(), { type: 'session.resumed', at: 5_010_000 }))).toContainEqual({ turn: 6_800_000 });
  });

  it('nor towards the time that is waited for those who have not answered yet', () => {
    const { events } = play(pattern, { a: once('t1'), b: () => ({ after: 10_000, act: { act: 'answer', tree: 't2' } }) });
    const until = events.findIndex(
      (event) => event.type === 'time.passed' || (event.type === 'candidate.submitted' && event.candidate.id === 'c2'),
    );
    const checked = events.slice(0, until);
    const grace = (state: SessionState) => waits(state).flatMap((wait) => wait['grace:a:c1'] ?? []);
    const { at } = stateOf(checked);
    const paused = then(checked, { type: 'session.resumed', at: at + 3_600_000 });
    // In a relay nobody is waited for so.
    expect(grace(paused)).toEqual(grace(then(checked)).map((until) => until + 3_600_000));
    expect(grace(paused)).toHaveLength(pattern.id === 'consensus' ? 1 : 0);
  });

  it('checks that are begun again after a cut-off have their time again', () => {
    expect(waits(then(begun()))).toContainEqual({ 'checks:c1': 310_000 });
    const again: Fact & { at: number } = { type: 'check.started', turn: 't1', tree: 't1', at: 5_011_000 };
    expect(waits(then(begun(), { type: 'session.resumed', at: 5_010_000 }, again))).toContainEqual({ 'checks:c1': 5_311_000 });
  });

  it('nothing is asked for twice while it is under way', () => {
    const steps = pattern.next(then(begun()));
    expect(steps.filter((step) => step.do !== 'wait')).toEqual([]);
  });

  it('a new version of the winner is presented where it is known to check as well, and the winner stays', () => {
    const presented = (tree: string) => {
      const played = play(pattern, { a: once('t1') }, { presenting: { tree }, failing: ['bad'], unchecked: ['slow'] });
      const { winner, presented: version } = played.facts('turn.ended')[0] ?? {};
      return { winner, version };
    };
    expect(presented('t2')).toEqual({ winner: 'c1', version: 'c2' });
    expect(presented('bad')).toEqual({ winner: 'c1', version: undefined });
    expect(presented('slow')).toEqual({ winner: 'c1', version: undefined });
  });

  it('the person’s ballot counts while another answer is presented', () => {
    const { events } = play(pattern, { a: once('t1'), b: once('t2') }, { presenting: { tree: 't3' }, spec: { weights: { you: 5 } } });
    const present = events.find((event) => event.type === 'run.started' && event.purpose === 'present');
    if (present?.type !== 'run.started') throw new Error('nothing was presented');
    const choice = present.presents === 'c1' ? 'c2' : 'c1';
    const state = then(
      events.slice(0, present.seq),
      { type: 'ballot.cast', turn: 't1', ballot: { voter: 'you', choice, reason: 'shorter' }, at: 10_000 },
      // Its new version, and the evidence for that.
      ...events.slice(present.seq, -1),
    );
    const end = pattern.next(state).at(-1);
    expect(end).toMatchObject({ do: 'end', decision: { outcome: 'decided', winner: choice } });
    expect(end).not.toHaveProperty('decision.presented');
  });

  it('a turn that has ended, or none, asks for nothing', () => {
    expect(pattern.next(emptyState)).toEqual([]);
    const { state } = play(pattern, { a: once('t1') });
    expect(pattern.next(state)).toEqual([]);
  });
});
