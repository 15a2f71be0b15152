import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tally } from '../../../src/engine/patterns/tally.js';
import type { Ballot } from '../../../src/protocol/events.js';
import { liveBallots } from '../../../src/protocol/standing.js';
import { type VotingRule, votingRules } from '../../../src/protocol/voting.js';
import { type Answer, ballot, bloc, count, turnOf } from './ballots.js';

const rules = Object.keys(votingRules) as VotingRule[];
const plain = (ids: string): Record<string, Answer> => Object.fromEntries([...ids].map((id) => [id, {}]));
const winner = (rule: VotingRule, ids: string, ballots: readonly Ballot[]) => count(turnOf(plain(ids), ballots, { rule })).order[0];

describe('from the books', () => {
  /** Four cities of Tennessee: the middle one beats each of the others. */
  const tennessee = [...bloc(42, 'm>n>c>k'), ...bloc(26, 'n>c>k>m'), ...bloc(15, 'c>k>n>m'), ...bloc(17, 'k>c>n>m')];

  it.each([
    ['plurality', 'm'],
    ['borda', 'n'],
    ['condorcet', 'n'],
  ] as const)('a capital for Tennessee by %s is %s', (rule, city) => {
    expect(winner(rule, 'kmcn', tennessee)).toBe(city);
  });

  it('Schulze’s example of 45 voters has the order E A C B D', () => {
    const ballots = [
      ...bloc(5, 'a>c>b>e>d'),
      ...bloc(5, 'a>d>e>c>b'),
      ...bloc(8, 'b>e>d>a>c'),
      ...bloc(3, 'c>a>b>e>d'),
      ...bloc(7, 'c>a>e>b>d'),
      ...bloc(2, 'c>b>a>d>e'),
      ...bloc(7, 'd>c>e>b>a'),
      ...bloc(8, 'e>b>a>d>c'),
    ];
    expect(count(turnOf(plain('abcde'), ballots, { rule: 'condorcet' }))).toEqual({
      order: ['e', 'a', 'c', 'b', 'd'],
      weights: [4, 3, 2, 1, 0],
    });
  });

  it('of a cycle the weakest win is given up', () => {
    expect(winner('condorcet', 'abc', [...bloc(7, 'a>b>c'), ...bloc(6, 'b>c>a'), ...bloc(5, 'c>a>b')])).toBe('a');
  });

  it('a perfect cycle is a tie, broken as any', () => {
    const turn = turnOf(
      { a: { lines: 3 }, b: { lines: 1 }, c: { lines: 2 } },
      [...bloc(1, 'a>b>c'), ...bloc(1, 'b>c>a'), ...bloc(1, 'c>a>b')],
      {
        rule: 'condorcet',
      },
    );
    expect(count(turn)).toMatchObject({ order: ['b', 'c', 'a'], tie: 'size' });
  });

  it('clones of a loser make it the winner by points, and not in pairs', () => {
    const before = [...bloc(3, 'a>b'), ...bloc(2, 'b>a')];
    const after = [...bloc(3, 'a>b>x>y'), ...bloc(2, 'b>x>y>a')];
    expect([winner('borda', 'ab', before), winner('borda', 'abxy', after)]).toEqual(['a', 'b']);
    expect([winner('condorcet', 'ab', before), winner('condorcet', 'abxy', after)]).toEqual(['a', 'a']);
  });

  it('a spoiler takes the victory from its like by first choices, and not in pairs', () => {
    const after = [...bloc(3, 'a>x>b'), ...bloc(3, 'x>a>b'), ...bloc(4, 'b>a>x')];
    expect([winner('plurality', 'abx', after), winner('condorcet', 'abx', after)]).toEqual(['b', 'a']);
  });

  it('by approval wins what most can live with', () => {
    const ballots = [...bloc(2, 'a>c'), ...bloc(2, 'b>c'), ...bloc(1, 'a')];
    expect(count(turnOf(plain('abc'), ballots, { rule: 'approval' }))).toEqual({ order: ['c', 'a', 'b'], weights: [4, 3, 2] });
  });
});

describe('a ballot', () => {
  it('that ranks some leaves the others alike, below them', () => {
    expect(count(turnOf(plain('abcd'), [ballot('v', 'c>a')], { rule: 'borda' })).weights).toEqual([3, 2, 0.5, 0.5]);
    expect(count(turnOf(plain('abcd'), [ballot('v', 'c>a')], { rule: 'condorcet' })).weights).toEqual([3, 2, 1, 1]);
  });

  it.each(rules)('without a ranking is one for its choice, by %s', (rule) => {
    const ballots = [ballot('v', 'b'), ballot('w', 'b'), ballot('you', 'a')];
    expect(count(turnOf(plain('abc'), ballots, { rule })).order[0]).toBe('b');
    expect(count(turnOf(plain('abc'), ballots, { rule, weights: { you: 3 } })).order[0]).toBe('a');
  });

  it.each(rules)('for one’s own weighs nothing beside another’s, by %s, unless it is to count', (rule) => {
    const answers = { a: { by: 'p', lines: 1 }, b: { by: 'q', lines: 9 }, c: { by: 'r', lines: 9 } };
    const selves = [ballot('p', 'a'), ballot('q', 'b')];
    const turn = turnOf(answers, [...selves, ballot('r', 'b')], { rule });
    expect(count(turn).order[0]).toBe('b');
    expect(count(turnOf(answers, selves, { rule }))).toMatchObject({ order: ['a', 'b', 'c'], tie: 'size' });
    const counting = turnOf(answers, [...selves, ballot('r', 'c')], { rule, selfVote: 'counts' });
    expect(count(counting)).toMatchObject({ order: ['a', 'b', 'c'], tie: 'size' });
  });

  it('that puts another before one’s own counts in full', () => {
    const answers = { a: { by: 'p', lines: 1 }, b: { by: 'q', lines: 9 } };
    expect(count(turnOf(answers, [ballot('p', 'b>a'), ballot('q', 'b>a')], { rule: 'condorcet' }))).toEqual({
      order: ['b', 'a'],
      weights: [1, 0],
    });
  });

  it('names a replaced version, or one twice: that says nothing', () => {
    const turn = turnOf(plain('ab'), [ballot('v', 'b>gone>b>a')], { rule: 'borda' });
    expect(count(turn)).toEqual({ order: ['b', 'a'], weights: [1, 0] });
  });
});

it('what ballots weigh is told beside what decides', () => {
  const { standings } = tally(turnOf(plain('ab'), [], {}), []);
  expect(standings[0]).not.toHaveProperty('score');
  const turn = turnOf(plain('abx'), [...bloc(3, 'a>x>b'), ...bloc(3, 'x>a>b'), ...bloc(4, 'b>a>x')], { rule: 'condorcet' });
  expect(tally(turn, liveBallots(turn)).standings).toMatchObject([
    { candidate: 'a', weight: 3, score: 2 },
    { candidate: 'x', weight: 3, score: 1 },
    { candidate: 'b', weight: 4, score: 0 },
  ]);
});

describe('a family of models', () => {
  const answers = { a: { by: 'p1' }, b: { by: 'q' } };
  const families = { p1: 'p', p2: 'p', p3: 'p', q: 'q', r: 'r' };
  const ballots = (order: (id: string) => string) => [ballot('p2', order('a')), ballot('p3', order('a')), ballot('r', order('b'))];

  it.each(['plurality', 'approval'] as const)('counts less for its own, by %s', (rule) => {
    const weights = (sameFamily: number) =>
      count(
        turnOf(
          answers,
          ballots((id) => id),
          { rule, families, sameFamily },
        ),
      ).weights;
    expect([weights(1), weights(0.5), weights(0.25)]).toEqual([
      [2, 1],
      [1, 1],
      [1, 0.5],
    ]);
  });

  it.each(['borda', 'condorcet'] as const)('counts less for its own, by %s', (rule) => {
    const ranked = ballots((id) => (id === 'a' ? 'a>b' : 'b>a'));
    const first = (sameFamily: number) => count(turnOf(answers, ranked, { rule, families, sameFamily })).order[0];
    expect([first(1), first(0.4)]).toEqual(['a', 'b']);
  });

  it('says nothing where the whole team is of one, or where it is not known', () => {
    const one = { p1: 'p', p2: 'p', p3: 'p', q: 'p', r: 'p' };
    const weights = (of: Record<string, string>) =>
      count(
        turnOf(
          answers,
          ballots((id) => id),
          { families: of, sameFamily: 0 },
        ),
      ).weights;
    expect([weights(one), weights({}), weights({ q: 'q' })]).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
  });

  it('takes nothing from a vote of the person’s', () => {
    expect(count(turnOf(answers, [ballot('you', 'a')], { families, sameFamily: 0 })).weights).toEqual([1, 0]);
  });
});

describe('evidence', () => {
  const answers = { bad: { by: 'p', failing: ['x'] }, good: { by: 'q', failing: [] } };
  const ballots = [ballot('v', 'bad'), ballot('w', 'bad'), ballot('u', 'good')];

  it.each(rules)('breaks ties only, or keeps from winning, or votes, by %s', (rule) => {
    const first = (evidence: 'ties' | 'veto' | 'weighs', cast = ballots) => count(turnOf(answers, cast, { rule, evidence }));
    expect(first('ties').order[0]).toBe('bad');
    expect(first('ties', ballots.slice(1))).toMatchObject({ order: ['good', 'bad'], tie: 'evidence' });
    expect(first('veto')).toMatchObject({ order: ['good', 'bad'] });
    expect(first('veto')).not.toHaveProperty('tie');
    expect(first('weighs')).toMatchObject({ order: ['good', 'bad'], tie: 'evidence' });
    expect(first('weighs', ballots.slice(1)).order[0]).toBe('good');
  });

  it('vetoes nothing where no other is known to hold what fails', () => {
    const first = (failing: string[] | null) =>
      count(turnOf({ bad: answers.bad, other: { by: 'q', failing } }, [ballot('v', 'bad')], { evidence: 'veto' })).order[0];
    expect([first([]), first(['y']), first(null)]).toEqual(['other', 'bad', 'bad']);
  });

  it('vetoes nothing that the person has voted for', () => {
    expect(count(turnOf(answers, [...ballots, ballot('you', 'bad')], { evidence: 'veto' })).order[0]).toBe('bad');
    expect(count(turnOf(answers, [...ballots, ballot('you', 'good')], { evidence: 'veto' })).order[0]).toBe('good');
  });

  it('that is not known comes between what holds and what fails', () => {
    const three = { bad: { failing: ['x'] }, unknown: { failing: null }, good: { failing: [] } };
    expect(count(turnOf(three, [], { evidence: 'weighs', rule: 'condorcet' })).order).toEqual(['good', 'unknown', 'bad']);
  });
});

/** Ranked ballots of up to seven voters for up to five answers of different sizes, so that no tie is left to time. */
const election = fc.integer({ min: 2, max: 5 }).chain((n) => {
  const ids = [...'abcde'].slice(0, n);
  return fc.record({
    ids: fc.constant(ids),
    orders: fc.array(
      fc.shuffledSubarray(ids, { minLength: 1 }).map((order) => order.join('>')),
      { minLength: 1, maxLength: 7 },
    ),
  });
});
const sized = (ids: readonly string[], at: (id: string) => number = (id) => id.charCodeAt(0)) =>
  Object.fromEntries(ids.map((id) => [id, { lines: at(id) }]));
const cast = (orders: readonly string[]) => orders.map((order, at) => ballot(`v${at}`, order));

describe.each(rules)('by %s', (rule) => {
  const order = (ids: readonly string[], orders: readonly string[]) => count(turnOf(sized(ids), cast(orders), { rule })).order;

  it('voters are alike: who casts which ballot changes nothing', () => {
    fc.assert(
      fc.property(election, ({ ids, orders }) => {
        expect(order(ids, [...orders].reverse())).toEqual(order(ids, orders));
      }),
    );
  });

  it('answers are alike: other names for them change names alone', () => {
    fc.assert(
      fc.property(election, ({ ids, orders }) => {
        const rename = (id: string) => ids[(ids.indexOf(id) + 1) % ids.length] ?? id;
        const renamed = orders.map((one) => one.split('>').map(rename).join('>'));
        const back = Object.fromEntries(ids.map((id) => [rename(id), { lines: id.charCodeAt(0) }]));
        expect(count(turnOf(back, cast(renamed), { rule })).order).toEqual(order(ids, orders).map(rename));
      }),
    );
  });

  it('a winner that is put higher still wins', () => {
    fc.assert(
      fc.property(election, fc.nat(6), ({ ids, orders }, voter) => {
        const [first = ''] = order(ids, orders);
        const raised = orders.map((one, at) => {
          if (at !== voter % orders.length) return one;
          const list = one.split('>');
          const place = list.includes(first) ? list.indexOf(first) : list.length;
          const others = list.filter((id) => id !== first);
          others.splice(Math.max(0, place - 1), 0, first);
          return others.join('>');
        });
        expect(order(ids, raised)[0]).toBe(first);
      }),
    );
  });

  it('what all put first wins', () => {
    fc.assert(
      fc.property(election, ({ ids, orders }) => {
        const all = orders.map((one) => ['b', ...one.split('>').filter((id) => id !== 'b')]);
        // By approval they are approved alike: all but it are left out by one at least.
        const ballots = all.map((list) => (rule === 'approval' ? 'b' : list.join('>')));
        expect(order(ids, ballots)[0]).toBe('b');
      }),
    );
  });
});

it('who beats each other in pairs is elected by condorcet', () => {
  fc.assert(
    fc.property(election, ({ ids, orders }) => {
      const place = (one: string, id: string) => (one.split('>').indexOf(id) + 99) % 99;
      const beats = (a: string, b: string) =>
        orders.filter((one) => place(one, a) < place(one, b)).length > orders.filter((one) => place(one, b) < place(one, a)).length;
      const best = ids.find((id) => ids.every((other) => other === id || beats(id, other)));
      fc.pre(best !== undefined);
      expect(count(turnOf(sized(ids), cast(orders), { rule: 'condorcet' })).order[0]).toBe(best);
    }),
  );
});
