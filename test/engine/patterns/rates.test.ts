import { expect, it } from 'vitest';
import { teamOf } from '../../../src/engine/config/team.js';
import { lead, rates, settings, share, standard } from './rates.js';

/** What the defaults were chosen for, in small; `npm run simulate` has all of it. The turns are the same each time. */
const usual = teamOf([]).pattern;

it('a team that votes by default finds more right answers than its best agent alone, and than any of its answers', () => {
  const { variants, alone, random, oracle } = rates(standard, [usual], 300);
  const [right = []] = variants;
  const ahead = lead(right, alone);
  expect(ahead.percent - ahead.off).toBeGreaterThan(0);
  expect(lead(right, random).percent).toBeGreaterThan(15);
  expect(share(right).percent).toBeLessThanOrEqual(share(oracle).percent);
});

it('comparing in pairs finds more than counting first choices, the more so with more agents', () => {
  const setting = settings['seven agents'] ?? standard;
  const [pairs = [], firsts = []] = rates(setting, [usual, { ...usual, rule: 'plurality' }], 150).variants;
  const ahead = lead(pairs, firsts);
  expect(ahead.percent - ahead.off).toBeGreaterThan(0);
});

it('where everybody votes blindly for what a majority of its family made, the discount helps who stands alone', () => {
  const setting = { ...(settings['five, the strong one alone of its family'] ?? standard), brand: 3 };
  const [less = [], full = []] = rates(
    setting,
    [
      { ...usual, sameFamily: 0.5 },
      { ...usual, sameFamily: 1 },
    ],
    150,
  ).variants;
  expect(lead(less, full).percent).toBeGreaterThan(0);
});

it('the same turns are played each time', () => {
  expect(rates(standard, [usual], 20)).toEqual(rates(standard, [usual], 20));
});
