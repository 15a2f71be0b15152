import { describe, expect, it } from 'vitest';
import { consensus } from '../../../src/engine/patterns/consensus.js';
import type { Ballot, FactEvent } from '../../../src/protocol/events.js';
import { reduce, stateOf } from '../../../src/protocol/reduce.js';
import { liveBallots } from '../../../src/protocol/standing.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { playRandomTeams } from './random-team.js';
import { type Act, type Player, play } from './simulate.js';

const answerThenVote =
  (tree: string, vote: 'first' | 'last' | 'own' = 'first', after = 1): Player =>
  ({ answered }) => ({
    after,
    act: answered === 0 ? { act: 'answer', tree } : { act: 'vote', for: vote },
  });
const always =
  (act: Act, after = 1): Player =>
  () => ({ after, act });
const decisionOf = (played: ReturnType<typeof play>) => currentTurn(played.state)?.decision;

describe('a turn of agents that answer side by side', () => {
  it.each([1, 3, 5])('costs %i agents two calls each and one presentation', (count) => {
    const names = ['a', 'b', 'c', 'd', 'e'].slice(0, count);
    const played = play(consensus, Object.fromEntries(names.map((name, i) => [name, answerThenVote(`tree-${name}`, 'first', i + 1)])));
    expect(played.facts('message.completed')).toHaveLength(2 * count);
    expect(played.facts('run.started').filter((run) => run.purpose === 'present')).toHaveLength(1);
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', ballots: { live: count, needed: count } });
  });

  it('breaks a tie by evidence, whatever the order of the agents', () => {
    for (const names of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const players = Object.fromEntries(names.map((name) => [name, answerThenVote(`tree-${name}`, 'own')]));
      const decision = decisionOf(play(consensus, players, { failing: ['tree-a'] }));
      expect(decision?.standings[0]?.agent).toBe('b');
      expect(decision?.tie).toBe('evidence');
    }
  });

  it('then by fewer changed lines', () => {
    const decision = decisionOf(
      play(consensus, { a: answerThenVote('big', 'own'), b: answerThenVote('small', 'own') }, { size: { big: 90, small: 2 } }),
    );
    expect(decision).toMatchObject({ tie: 'size', standings: [{ agent: 'b' }, { agent: 'a' }] });
  });

  it('gives a ballot for oneself no weight beside another voter', () => {
    const played = play(
      consensus,
      { a: answerThenVote('ta', 'own'), b: answerThenVote('tb', 'own'), c: always({ act: 'vote', for: 'first' }) },
      { seconds: 600 },
    );
    const decision = decisionOf(played);
    expect(decision?.standings.map((one) => one.weight)).toEqual([1, 0]);
  });
});

describe('an agent that has answered', () => {
  it('is not kept waiting by one that has voted without an answer of its own', () => {
    const voter: Player = () => ({ after: 5, act: { act: 'vote', for: 'first' } });
    const played = play(consensus, { a: answerThenVote('ta'), b: voter });
    expect(played.facts('time.passed')).toEqual([]);
    expect(played.state.at).toBe(7_000);
  });

  it('waits for one that is at work, for its grace', () => {
    const played = play(consensus, { a: answerThenVote('ta'), b: answerThenVote('tb', 'first', 50) }, { spec: { graceSeconds: 20 } });
    expect(played.facts('time.passed')[0]?.at).toBe(21_000);
  });
});

describe('an agent that has voted without an answer of its own', () => {
  it('is asked again when a new answer can be shown to it, not over and over while that is checked', () => {
    const players = { a: answerThenVote('ta'), b: answerThenVote('tb', 'first', 30), c: always({ act: 'vote', for: 'first' }, 10) };
    const played = play(consensus, players, { checkSeconds: 5, spec: { graceSeconds: 600 } });
    // At 10 s it votes for the one answer; at 30 s there is another, at 35 s its checks have ended.
    expect(played.facts('ballot.cast').flatMap(({ ballot, at }) => (ballot.voter === 'c' ? [at] : []))).toEqual([10_000, 45_000]);
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', ballots: { live: 3, needed: 3 } });
  });
});

describe('agents that do not converge', () => {
  it('two that answer for ever are stopped at their cap and the turn ends', () => {
    let n = 0;
    const endless: Player = () => ({ after: 1, act: { act: 'answer', tree: `tree-${n++}` } });
    const played = play(consensus, { a: endless, b: endless });
    expect(played.facts('candidate.submitted')).toHaveLength(6);
    expect(decisionOf(played)?.outcome).toBe('undecided');
  });

  it('all failing is a failed turn', () => {
    const played = play(consensus, { a: always({ act: 'fail' }), b: always({ act: 'nothing' }) });
    expect(decisionOf(played)).toMatchObject({ outcome: 'failed', failure: { code: 'no-answer' } });
  });

  it('one that hangs costs the turn its time, and live ballots decide', () => {
    const played = play(consensus, { a: always({ act: 'hang' }), b: answerThenVote('tb'), c: answerThenVote('tc') }, { seconds: 300 });
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', cause: 'time' });
  });
});

describe('a ballot', () => {
  const cast = (events: readonly FactEvent[], ballot: Ballot) => {
    const before = stateOf(events);
    return reduce(before, { type: 'ballot.cast', turn: 't1', ballot, seq: before.seq + 1, at: before.at });
  };

  it('for an answer that its voter wrote and was not shown with its evidence is not counted', () => {
    const { events } = play(consensus, { a: answerThenVote('ta') });
    const first = events.findIndex((event) => event.type === 'run.ended');
    const turn = currentTurn(cast(events.slice(0, first), { voter: 'a', choice: 'c1', reason: 'mine' }));
    expect(turn && liveBallots(turn)).toEqual([]);
  });

  it('of the person’s for a version that was replaced since counts, and that version is presented, not the newer one', () => {
    let moves = 0;
    const twice: Player = () => ({ after: 1, act: moves++ < 2 ? { act: 'answer', tree: `ta-${moves}` } : { act: 'vote', for: 'own' } });
    const { events } = play(consensus, { a: twice }, { spec: { weights: { you: 5 } } });
    const present = events.findIndex((event) => event.type === 'run.started' && event.purpose === 'present');
    const steps = consensus.next(cast(events.slice(0, present), { voter: 'you', choice: 'c1', reason: 'shorter' }));
    expect(steps.at(-1)).toMatchObject({ do: 'run', presents: 'c1', shown: [{ candidate: 'c1', label: 'agent1' }] });
  });
});

describe('random agents', () => {
  it('end every turn, in a bounded number of runs; only what its voter was shown is counted; it replays', () => {
    playRandomTeams(consensus, (turn) => {
      const count = turn.agents.length;
      expect(turn.runs.length).toBeLessThanOrEqual(count * 3 * (count * 3 + 4) + 1);
      for (const ballot of liveBallots(turn)) {
        expect(
          turn.shown.some((shown) => shown.voter === ballot.voter && shown.candidate === ballot.choice && shown.seq < ballot.seq),
        ).toBe(true);
      }
    });
  });
});

/** The defects of the system before this one, by their numbers in its analysis. */
describe('what went wrong before', () => {
  const noKey = { code: 'auth' as const, message: 'no key', retryable: false };

  it('C1, an agent that fails was started again for ever: it is set aside after three runs, and the others decide', () => {
    const played = play(consensus, { a: always({ act: 'fail' }), b: answerThenVote('tb'), c: answerThenVote('tc') });
    expect(played.facts('run.started').filter((run) => run.agent === 'a')).toHaveLength(3);
    expect(played.facts('agent.set-aside')).toMatchObject([{ agent: 'a' }]);
    expect(decisionOf(played)?.outcome).toBe('decided');
  });

  it('C1 too: what cannot succeed is not tried again', () => {
    const played = play(consensus, { a: always({ act: 'fail', failure: noKey }), b: answerThenVote('tb'), c: answerThenVote('tc') });
    expect(played.facts('run.started').filter((run) => run.agent === 'a')).toHaveLength(1);
    expect(played.facts('agent.set-aside')).toMatchObject([{ agent: 'a', why: noKey }]);
  });

  /** One that answers at second 10, is shown its own answer beside a second one at once, and answers again at second 20. */
  const twice: Player = ({ answered }) => ({
    after: answered === 0 ? 10 : 30,
    act: answered < 2 ? { act: 'answer', tree: `twice-${answered}` } : { act: 'vote', for: 'own' },
  });

  it('C2, news never reached who was at work: a running agent is told of an answer, in the same run, and may vote for it', () => {
    const slow: Player = () => ({ after: 50, act: { act: 'vote', for: 'first' } });
    const played = play(consensus, { a: answerThenVote('ta', 'first', 10), b: slow });
    const [told] = played.facts('candidates.shown');
    const [ballot] = played.facts('ballot.cast');
    expect(told).toMatchObject({ run: 'r2', shown: [{ candidate: 'c1', label: 'agent1' }] });
    expect(ballot).toMatchObject({ run: 'r2', ballot: { voter: 'b', choice: 'c1' } });
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', winner: 'c1', standings: [{ voters: ['b', 'a'] }] });
  });

  it('C3, a revised answer was not seen: it is shown as news under the same label', () => {
    const slow: Player = () => ({ after: 200, act: { act: 'vote', for: 'first' } });
    const played = play(consensus, { a: twice, b: answerThenVote('tb', 'first', 12), c: slow }, { spec: { graceSeconds: 5 } });
    const revised = played.facts('candidate.submitted').find(({ candidate }) => candidate.agent === 'a' && candidate.id !== 'c1');
    const toC = played.facts('candidates.shown').filter((fact) => fact.run === 'r3');
    const label = (id: string | undefined) => toC.flatMap((fact) => fact.shown).find((shown) => shown.candidate === id)?.label;
    expect(label('c1')).toBeDefined();
    expect(label(revised?.candidate.id)).toBe(label('c1'));
    expect(played.facts('run.started').filter((run) => run.agent === 'c' && run.purpose === 'work')).toHaveLength(1);
  });

  it('C3 too, a ballot counted for a version that its voter had not seen: it does not, nor for the older one', () => {
    const early: Player = ({ seconds }) =>
      seconds < 20 ? { after: 15 - seconds, act: { act: 'vote', for: 'first' } } : { after: 1, act: { act: 'hang' } };
    const played = play(consensus, { a: twice, b: early }, { seconds: 300, spec: { graceSeconds: 5 } });
    const [ballot] = played.facts('ballot.cast');
    const revised = played.facts('candidate.submitted').at(-1);
    expect(ballot).toMatchObject({ ballot: { voter: 'b', choice: 'c1' } });
    expect(revised).toMatchObject({ candidate: { agent: 'a', id: 'c2' } });
    expect(ballot?.seq).toBeLessThan(revised?.seq ?? 0);
    expect(decisionOf(played)?.standings.flatMap((one) => one.voters)).not.toContain('b');
  });

  it('C3 too: nor does one for the older version by who has seen the newer', () => {
    const played = play(
      consensus,
      { a: twice, b: always({ act: 'vote', for: 'first' }, 200) },
      { seconds: 300, spec: { graceSeconds: 5 } },
    );
    const last = played
      .facts('ballot.cast')
      .filter(({ ballot }) => ballot.voter === 'b')
      .at(-1);
    expect(last).toMatchObject({ ballot: { choice: 'c2' } });
    const live = (choice: string) => {
      const events = played.events.map((event) => (event === last ? { ...last, ballot: { ...last.ballot, choice } } : event));
      const turn = currentTurn(stateOf(events));
      return turn && liveBallots(turn).some((ballot) => ballot.voter === 'b');
    };
    expect(live('c2')).toBe(true);
    expect(live('c1')).toBe(false);
  });

  it('C4, void ballots chose the winner at a time-out: none is counted', () => {
    const late: Player = ({ answered }) =>
      answered === 0 ? { after: 200, act: { act: 'answer', tree: 'late' } } : { after: 1, act: { act: 'hang' } };
    const early =
      (tree: string): Player =>
      ({ answered, seconds }) => {
        if (answered === 0) return { after: 1, act: { act: 'answer', tree } };
        return seconds < 150 ? { after: 1, act: { act: 'vote', for: 'first' } } : { after: 1, act: { act: 'hang' } };
      };
    const played = play(consensus, { a: early('ta'), b: early('tb'), c: late }, { seconds: 400 });
    expect(played.facts('ballot.cast').length).toBeGreaterThan(0);
    expect(decisionOf(played)).toMatchObject({ outcome: 'undecided', cause: 'time', ballots: { live: 0 } });
  });

  it('C5, a ballot that was not accepted broke the run: it goes on, and the ballot is not counted', () => {
    let moves = 0;
    const refused: Player = ({ answered }) => {
      if (answered === 0) return { after: 1, act: { act: 'answer', tree: 'tb' } };
      moves += 1;
      return { after: 1, act: moves < 3 ? { act: 'refused' } : { act: 'vote', for: 'first' } };
    };
    const played = play(consensus, { a: answerThenVote('ta'), b: refused });
    expect(played.facts('ballot.refused')).toHaveLength(2);
    expect(played.facts('run.started').filter((run) => run.agent === 'b' && run.purpose === 'work')).toHaveLength(2);
    expect(played.facts('run.ended').every((run) => run.reason === 'done')).toBe(true);
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', ballots: { live: 2 } });
  });

  it('C6, the same author had several labels, and some labels had no answer: labels are those of who has answered, without gaps', () => {
    const slow: Player = () => ({ after: 50, act: { act: 'vote', for: 'last' } });
    const played = play(consensus, { a: answerThenVote('ta', 'first', 1), b: slow, c: answerThenVote('tc', 'first', 1) });
    const toB = played.facts('candidates.shown').filter((fact) => fact.run === 'r2');
    expect(new Set(toB.flatMap((fact) => fact.shown.map((shown) => shown.label)))).toEqual(new Set(['agent1', 'agent2']));
  });

  it('C7, news cleared the workspace of who was at work: its run is neither stopped nor started again', () => {
    const slow: Player = ({ answered }) => ({
      after: 50,
      act: answered === 0 ? { act: 'answer', tree: 'tc' } : { act: 'vote', for: 'first' },
    });
    const played = play(consensus, { a: answerThenVote('ta'), b: answerThenVote('tb'), c: slow }, { spec: { graceSeconds: 100 } });
    const first = currentTurn(played.state)?.runs.find((run) => run.agent === 'c');
    expect(played.facts('candidates.shown').some((fact) => fact.run === first?.id)).toBe(true);
    expect(first?.ended).toMatchObject({ reason: 'done', at: 50_000 });
    expect(played.facts('run.ended').map((run) => run.reason)).not.toContain('superseded');
  });

  it('C9, a time-out left things running and looked like success: all runs are ended, and the outcome names the cause', () => {
    const played = play(consensus, { a: always({ act: 'hang' }), b: answerThenVote('tb'), c: always({ act: 'hang' }) }, { seconds: 300 });
    expect(currentTurn(played.state)?.runs.every((run) => run.ended !== undefined)).toBe(true);
    expect(played.events.at(-1)).toMatchObject({ type: 'turn.ended', cause: 'time', at: 300_000 });
  });

  it('C9 too, the time limit cut presenting off and began it again: it is begun once, and the winner stays', () => {
    const played = play(consensus, { a: answerThenVote('ta'), b: answerThenVote('tb') }, { presenting: 'hang', seconds: 300 });
    expect(played.facts('run.started').filter((run) => run.purpose === 'present')).toHaveLength(1);
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', winner: expect.any(String), cause: 'time' });
  });

  it('C10, what came while the winner was presented was answered by rote: presenting ends in an end, whatever it does', () => {
    for (const presenting of ['done', 'fail', { tree: 'final' }] as const) {
      const played = play(consensus, { a: answerThenVote('ta') }, { presenting });
      expect(played.events.at(-1)).toMatchObject({ type: 'turn.ended', outcome: 'decided', winner: 'c1' });
    }
  });
});
