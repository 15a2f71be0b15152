import { describe, expect, it } from 'vitest';
import { relay } from '../../../src/engine/patterns/relay.js';
import type { Ballot, Fact, FactEvent } from '../../../src/protocol/events.js';
import { reduce, stateOf } from '../../../src/protocol/reduce.js';
import { currentTurn, emptyState, type TurnState } from '../../../src/protocol/state.js';
import { playRandomTeams } from './random-team.js';
import { type Act, type Player, play } from './simulate.js';

const always =
  (act: Act, after = 1): Player =>
  () => ({ after, act });
const answer = (tree: string) => always({ act: 'answer', tree });
const approve = always({ act: 'vote', for: 'last' });
const run = (players: Record<string, Player>, options: Parameters<typeof play>[2] = {}) =>
  play(relay, players, { ...options, spec: { id: 'relay', ...options.spec } });

function turnOf(played: ReturnType<typeof play>): TurnState {
  const turn = currentTurn(played.state);
  if (turn === undefined) throw new Error('no turn');
  return turn;
}
const decisionOf = (played: ReturnType<typeof play>) => turnOf(played).decision;
const work = (played: ReturnType<typeof play>) => played.facts('run.started').filter((one) => one.purpose === 'work');

describe('a lap', () => {
  it('gives each agent its place once, in the order of the configuration, from the files of the latest answer and shown that alone', () => {
    const played = run({ z: answer('t1'), y: answer('t2'), x: approve, w: answer('t3') });
    expect(work(played)).toMatchObject([
      { agent: 'z', shown: [] },
      { agent: 'y', from: 'c1', shown: [{ candidate: 'c1', label: 'agent1' }] },
      { agent: 'x', from: 'c2', shown: [{ candidate: 'c2', label: 'agent1' }] },
      { agent: 'w', from: 'c2', shown: [{ candidate: 'c2', label: 'agent1' }] },
    ]);
    expect(work(played)[0]).not.toHaveProperty('from');
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', winner: 'c3' });
  });

  it('costs one call for each agent and one presentation', () => {
    const played = run({ a: answer('t1'), b: approve, c: answer('t2'), d: approve });
    expect(played.facts('message.completed')).toHaveLength(4);
    expect(played.facts('run.started').filter((one) => one.purpose === 'present')).toHaveLength(1);
    expect(played.state.at).toBe(5_000);
  });

  it('of one agent is its answer', () => {
    expect(decisionOf(run({ a: answer('t1') }))).toMatchObject({
      outcome: 'decided',
      winner: 'c1',
      standings: [{ agent: 'a', voters: [], weight: 0 }],
    });
  });

  it('hands an answer on when its checks have ended', () => {
    const played = run({ a: answer('t1'), b: approve }, { checkSeconds: 40 });
    expect(work(played)[1]?.at).toBe(41_000);
    expect(decisionOf(played)?.outcome).toBe('decided');
  });

  it('or when they have had their time', () => {
    const played = run({ a: answer('t1'), b: approve }, { unchecked: ['t1'], spec: { checkSeconds: 30 } });
    expect(work(played)[1]?.at).toBe(31_000);
    expect(decisionOf(played)?.outcome).toBe('decided');
  });
});

describe('the winner', () => {
  it('is the last answer, supported by who approved it', () => {
    const decision = decisionOf(run({ a: answer('t1'), b: answer('t2'), c: approve, d: approve }, { spec: { weights: { d: 3 } } }));
    expect(decision).toMatchObject({ winner: 'c2', ballots: { live: 2, needed: 0 } });
    expect(decision?.standings).toEqual([
      { candidate: 'c2', agent: 'b', weight: 4, voters: ['c', 'd'] },
      { candidate: 'c1', agent: 'a', weight: 0, voters: [] },
    ]);
  });

  it('has no support by approvals of what was there before it', () => {
    const decision = decisionOf(run({ a: answer('t1'), b: approve, c: answer('t2') }));
    expect(decision).toMatchObject({ winner: 'c2', ballots: { live: 0 }, standings: [{ voters: [] }, { voters: [] }] });
  });

  it('is an earlier answer where the last one is known to be worse', () => {
    const players = { a: answer('t1'), b: answer('t2'), c: answer('bad') };
    expect(decisionOf(run(players, { failing: ['bad'] }))).toMatchObject({ outcome: 'decided', winner: 'c2', tie: 'evidence' });
    expect(decisionOf(run(players, { failing: ['bad', 't2'] }))).toMatchObject({ winner: 'c1' });
    expect(decisionOf(run(players, { failing: ['bad', 't2', 't1'] }))).toMatchObject({ winner: 'c3' });
  });

  it('is the last answer where it is better, or as good', () => {
    const decision = decisionOf(run({ a: answer('bad'), b: answer('t2'), c: answer('t3') }, { failing: ['bad'] }));
    expect(decision).toMatchObject({ winner: 'c3' });
    expect(decision).not.toHaveProperty('tie');
  });

  it('is the last answer where nothing is known of it', () => {
    const decision = decisionOf(run({ a: answer('t1'), b: answer('slow') }, { unchecked: ['slow'] }));
    expect(decision).toMatchObject({ outcome: 'decided', winner: 'c2' });
  });

  it('is not held against what is not known of an earlier one', () => {
    const decision = decisionOf(run({ a: answer('slow'), b: answer('bad') }, { unchecked: ['slow'], failing: ['bad'] }));
    expect(decision).toMatchObject({ winner: 'c2' });
  });

  it('is presented by its author, who is shown it', () => {
    const played = run({ a: answer('t1'), b: answer('bad'), c: approve }, { failing: ['bad'] });
    const present = played.facts('run.started').find((one) => one.purpose === 'present');
    expect(present).toMatchObject({ agent: 'a', presents: 'c1', from: 'c1', shown: [{ candidate: 'c1' }] });
  });

  it('is presented in a new version only if that checks no worse', () => {
    const players = { a: answer('t1'), b: approve };
    expect(decisionOf(run(players, { presenting: { tree: 't2' } }))).toMatchObject({ winner: 'c1', presented: 'c2' });
    expect(decisionOf(run(players, { presenting: { tree: 'bad' }, failing: ['bad'] }))).not.toHaveProperty('presented');
  });

  it('is what the person voted for, whatever the evidence, then and later', () => {
    const played = run({ a: answer('bad'), b: answer('t2'), c: answer('t3') }, { failing: ['bad'], spec: { weights: { you: 0 } } });
    const voted = (ballot: Ballot) => {
      const state = reduce(played.state, { type: 'ballot.cast', turn: 't1', ballot, seq: played.state.seq + 1, at: played.state.at });
      const turn = currentTurn(state);
      return turn && relay.decide(turn);
    };
    expect(voted({ voter: 'you', choice: 'c1', reason: 'shorter' })).toMatchObject({
      outcome: 'decided',
      winner: 'c1',
      standings: [
        { candidate: 'c1', weight: 0, voters: ['you'] },
        { candidate: 'c3', weight: 0 },
        { candidate: 'c2', weight: 0 },
      ],
    });
    expect(voted({ voter: 'you', choice: 'c1', reason: 'shorter' })).not.toHaveProperty('tie');
  });
});

describe('a part', () => {
  const played = run({ a: answer('t1'), b: approve, c: approve });
  /** The log up to the fact before the end of the run, then these. */
  const instead = (id: string, ...facts: Fact[]) => {
    const end = played.events.findIndex((event) => event.type === 'run.ended' && event.run === id);
    const added = facts.map((fact, i): FactEvent => ({ ...fact, seq: end + 1 + i, at: 9_000 }));
    return [...played.events.slice(0, end), ...added];
  };
  const stepsAfter = (events: FactEvent[]) => relay.next(stateOf(events)).filter((step) => step.do !== 'wait');
  const checked: Fact = { type: 'evidence.recorded', turn: 't1', tree: 't1', checks: [] };

  it('is done with an answer, even if the run is cut off after it', () => {
    const events = instead('r1', { type: 'run.ended', run: 'r1', reason: 'interrupted' }, checked);
    expect(stepsAfter(events)).toMatchObject([{ do: 'run', agent: 'b' }]);
  });

  it('is done with an approval, even if the run is cut off after it', () => {
    expect(stepsAfter(instead('r2', { type: 'run.ended', run: 'r2', reason: 'interrupted' }))).toMatchObject([{ do: 'run', agent: 'c' }]);
  });

  it('that ended without either is not begun again', () => {
    const empty = played.events.slice(0, 3);
    const events = [...empty, { type: 'run.ended', run: 'r1', reason: 'done', seq: 4, at: 1 } as FactEvent];
    expect(stepsAfter(events)).toMatchObject([{ do: 'run', agent: 'b', shown: [] }]);
    expect(stepsAfter(events)[0]).not.toHaveProperty('from');
  });

  it('is not over before its run is: nothing is presented, nobody is stopped', () => {
    expect(stepsAfter(instead('r3'))).toEqual([]);
  });
});

describe('a ballot', () => {
  const { events } = run({ a: answer('t1'), b: answer('t2'), c: approve });
  /** Who supports the winner when these ballots come before the end of the last agent's run. */
  const votersWith = (...ballots: Ballot[]) => {
    const cast = events.findIndex((event) => event.type === 'ballot.cast');
    const state = ballots.reduce(
      (before, ballot) => reduce(before, { type: 'ballot.cast', turn: 't1', ballot, seq: before.seq + 1, at: 9_000 }),
      stateOf(events.slice(0, cast)),
    );
    const turn = currentTurn(state);
    return turn && relay.decide(turn).standings.flatMap((one) => one.voters);
  };

  it('is for the answer that stands, by somebody else who was shown it', () => {
    expect(votersWith({ voter: 'c', choice: 'c2', reason: 'good' })).toEqual(['c']);
    expect(votersWith({ voter: 'c', choice: 'c1', reason: 'gone' })).toEqual([]);
    expect(votersWith({ voter: 'a', choice: 'c2', reason: 'unseen' })).toEqual([]);
  });

  it('for oneself supports nothing, even when it was shown', () => {
    const { events: all } = run({ a: answer('t1'), b: answer('t2') });
    const ended = all.filter((event) => event.type !== 'turn.ended').reduce(reduce, emptyState);
    const own: FactEvent = { type: 'ballot.cast', turn: 't1', ballot: { voter: 'b', choice: 'c2', reason: 'mine' }, seq: 99, at: 9_000 };
    const turn = currentTurn(reduce(ended, own));
    expect(turn?.shown.some((one) => one.voter === 'b' && one.candidate === 'c2')).toBe(true);
    expect(turn && relay.decide(turn).ballots.live).toBe(0);
  });

  it('cast before the answer was shown is not for it', () => {
    const shownAt = events.findIndex((event) => event.type === 'run.started' && event.agent === 'c');
    const early: Fact = { type: 'ballot.cast', turn: 't1', ballot: { voter: 'c', choice: 'c2', reason: 'blind' } };
    const order = [...events.slice(0, shownAt), early, events[shownAt] as Fact];
    const state = order.reduce((before, fact) => reduce(before, { ...fact, seq: before.seq + 1, at: before.at }), emptyState);
    const turn = currentTurn(state);
    expect(turn?.ballots).toHaveLength(1);
    expect(turn && relay.decide(turn).ballots.live).toBe(0);
  });
});

describe('agents that fail', () => {
  it('are given the place again, set aside after three runs, and the next go on', () => {
    const played = run({ a: answer('t1'), b: always({ act: 'fail' }), c: answer('t2') });
    expect(work(played).map((one) => one.agent)).toEqual(['a', 'b', 'b', 'b', 'c']);
    expect(work(played).map((one) => one.from)).toEqual([undefined, 'c1', 'c1', 'c1', 'c1']);
    expect(played.facts('agent.set-aside')).toMatchObject([{ agent: 'b' }]);
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', winner: 'c2' });
  });

  it('for want of a key are set aside at once', () => {
    const keyless = always({ act: 'fail', failure: { code: 'auth', message: 'no key', retryable: false } });
    const played = run({ a: keyless, b: answer('t1') });
    expect(work(played).map((one) => one.agent)).toEqual(['a', 'b']);
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', winner: 'c1' });
  });

  it('once and then answer have done their part', () => {
    let tries = 0;
    const second: Player = () => ({ after: 1, act: tries++ === 0 ? { act: 'fail' } : { act: 'answer', tree: 't1' } });
    const played = run({ a: second, b: approve });
    expect(work(played).map((one) => one.agent)).toEqual(['a', 'a', 'b']);
  });

  it('all together are a failed turn', () => {
    const played = run({ a: always({ act: 'fail' }), b: approve });
    expect(decisionOf(played)).toMatchObject({ outcome: 'failed', failure: { code: 'no-answer' } });
  });

  it('when presenting leave the winner as it is', () => {
    expect(decisionOf(run({ a: answer('t1') }, { presenting: 'fail' }))).toMatchObject({ outcome: 'decided', winner: 'c1' });
  });
});

describe('an agent that hangs', () => {
  const hang = always({ act: 'hang' });

  it('takes its share of the time and no more; the next go on', () => {
    const played = run({ a: answer('t1'), b: hang, c: answer('t2') }, { seconds: 1000 });
    // a has answered after one second: 899 are left of nine tenths, for b and c.
    expect(work(played)).toMatchObject([
      { agent: 'a', at: 0 },
      { agent: 'b', at: 1_000 },
      { agent: 'c', at: 450_500 },
    ]);
    expect(turnOf(played).runs.find((one) => one.agent === 'b')?.ended?.reason).toBe('cancelled');
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', winner: 'c2' });
    expect(decisionOf(played)).not.toHaveProperty('cause');
  });

  it('in the last place leaves time to present what there is', () => {
    const played = run({ a: answer('t1'), b: hang }, { seconds: 1000 });
    expect(played.facts('run.started').at(-1)).toMatchObject({ purpose: 'present', agent: 'a', at: 900_000 });
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', winner: 'c1' });
  });

  it('alone, or all of them, is a turn that its time has ended', () => {
    for (const team of [{ a: hang }, { a: hang, b: hang, c: hang }])
      expect(decisionOf(run(team, { seconds: 1000 }))).toEqual(expect.objectContaining({ outcome: 'undecided', cause: 'time' }));
  });

  it('is given back the time in which nobody worked', () => {
    const facts = run({ a: hang, b: answer('t1') }, { seconds: 1000 }).events.slice(0, 3);
    const resumed = [...facts, { type: 'session.resumed', seq: 4, at: 700_000 } as FactEvent];
    const untilOf = (events: FactEvent[]) =>
      relay.next(stateOf(events)).flatMap((step) => (step.do === 'wait' && step.what === 'place:r1' ? [step.until] : []));
    expect([untilOf(facts), untilOf(resumed)]).toEqual([[450_000], [1_150_000]]);
  });
});

describe('a lap that is cut off', () => {
  /** The last answer's checks never end, so the turn's time does. */
  const unchecked = { unchecked: ['t2'], seconds: 100 };

  it('by time is decided by a vote for the answer that stands', () => {
    const facts = run({ a: answer('t1'), b: answer('t2') }, unchecked).events;
    const approval: Fact = { type: 'ballot.cast', turn: 't1', ballot: { voter: 'you', choice: 'c2', reason: '' } };
    const events = [...facts.slice(0, -1), { ...approval, seq: facts.length, at: 100_000 } as FactEvent];
    const [end] = relay.next(stateOf(events));
    expect(end).toMatchObject({ do: 'end', decision: { outcome: 'decided', winner: 'c2', cause: 'time' } });
  });

  it('by time is undecided where nobody has, and the answer is kept', () => {
    const played = run({ a: answer('t1'), b: answer('t2') }, unchecked);
    expect(played.state.at).toBe(100_000);
    const decision = decisionOf(played);
    expect(decision).toMatchObject({ outcome: 'undecided', cause: 'time', standings: [{ candidate: 'c2' }, { candidate: 'c1' }] });
    expect(decision).not.toHaveProperty('winner');
  });

  it('by its budget ends so too', () => {
    const decision = decisionOf(run({ a: answer('t1'), b: answer('t2'), c: answer('t3') }, { calls: 2 }));
    expect(decision).toMatchObject({ outcome: 'undecided', cause: 'budget', standings: [{ candidate: 'c2' }, { candidate: 'c1' }] });
  });

  it('while the winner is presented keeps the winner', () => {
    const decision = decisionOf(run({ a: answer('t1'), b: approve }, { presenting: 'hang', seconds: 100 }));
    expect(decision).toMatchObject({ outcome: 'decided', winner: 'c1', cause: 'time' });
  });
});

describe('random agents', () => {
  it('work one at a time, from the latest answer, at most three runs each; every turn ends and replays', () => {
    playRandomTeams(relay, (turn, { events }) => {
      let open = 0;
      let latest: string | undefined;
      for (const event of events) {
        if (event.type === 'run.ended') open -= 1;
        if (event.type === 'candidate.submitted') latest = event.candidate.id;
        if (event.type !== 'run.started') continue;
        open += 1;
        expect(open).toBe(1);
        if (event.purpose === 'present') continue;
        expect(event.from).toBe(latest);
        expect(event.shown.map((one) => one.candidate)).toEqual(latest === undefined ? [] : [latest]);
      }
      const works = turn.runs.filter((one) => one.purpose === 'work');
      expect(works.length).toBeLessThanOrEqual(3 * turn.agents.length);
      for (const { id } of turn.agents) {
        expect(turn.candidates.filter((one) => one.agent === id && one.purpose === 'work').length).toBeLessThanOrEqual(1);
      }
      const [best] = turn.decision?.standings ?? [];
      for (const voter of best?.voters ?? []) {
        const ballot = turn.ballots.find((one) => one.voter === voter && one.choice === best?.candidate);
        expect(turn.shown.some((one) => one.voter === voter && one.candidate === best?.candidate && one.seq < (ballot?.seq ?? 0))).toBe(
          true,
        );
        expect(voter).not.toBe(best?.agent);
      }
    });
  });
});
