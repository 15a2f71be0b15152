/** Adds up the tests of a report. */
import { type ParsedTests, unique } from '../parsers/parser.js';

export type Outcome = 'passed' | 'failed' | 'skipped';

export interface Tally {
  add(name: string, outcome: Outcome): void;
  /** It failed and then passed, as the runner itself tried it again. */
  flaky(name: string): void;
  result(): ParsedTests;
}

/** More names are of no use to anybody, and a report may have millions. */
const MOST_NAMES = 5000;

export function tally(): Tally {
  const tests = { passed: 0, failed: 0, skipped: 0 };
  const failing: string[] = [];
  const flaky: string[] = [];
  return {
    add(name, outcome) {
      tests[outcome] += 1;
      if (outcome === 'failed' && failing.length < MOST_NAMES) failing.push(name);
    },
    flaky: (name) => void (flaky.length < MOST_NAMES && flaky.push(name)),
    result: () => ({ tests, failing: leaves(unique(failing)), ...(flaky.length > 0 && { flaky: unique(flaky) }) }),
  };
}

/** A group fails with what is in it; that says what it was. */
const leaves = (names: readonly string[]): string[] => {
  const groups = new Set(names.flatMap((name) => [...name.matchAll(/ > /g)].map(({ index }) => name.slice(0, index))));
  return names.filter((name) => !groups.has(name));
};
