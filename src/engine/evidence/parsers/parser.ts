/** What every parser of a test runner's output is and gives. */

export interface ParsedTests {
  /** Absent where the runner prints no counts. */
  tests?: { passed: number; failed: number; skipped: number };
  /** Names of failing tests, the same from run to run: no durations, line numbers or absolute paths. */
  failing: string[];
  /** Names of tests that the runner itself ran again, and that passed then. */
  flaky?: string[];
}

export interface TestParser {
  name: string;
  matches(output: string): boolean;
  /** Sums over all runs in the output: a monorepo's check prints one for each package. */
  parse(output: string): ParsedTests;
}

export const linesOf = (output: string): string[] => output.split('\n');

/** Adds up `12 passed`, `1 failed` … in a summary line. */
export function countsIn(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, count, word] of text.matchAll(/(\d+) ([a-z]+)/g)) {
    if (word !== undefined) counts[word] = (counts[word] ?? 0) + Number(count);
  }
  return counts;
}

/** All first groups of a global pattern. */
export function allOf(output: string, pattern: RegExp): string[] {
  return [...output.matchAll(pattern)].map((match) => (match[1] ?? '').trim());
}

/** Sum of the first groups of a global pattern, which are numbers. */
export function sumOf(output: string, pattern: RegExp): number {
  return allOf(output, pattern).reduce((sum, count) => sum + Number(count), 0);
}

export const unique = (names: readonly string[]): string[] => [...new Set(names)];
