/** PHPUnit and Pest. */
import { allOf, countsIn, linesOf, sumOf, type TestParser, unique } from './parser.js';

const SUMMARY = /^Tests: \d+, Assertions: \d+(, .*)?\.$/;
const OK = /^OK \((\d+) tests?, \d+ assertions?\)$/gm;

export const phpunit: TestParser = {
  name: 'phpunit',
  matches: (output) => linesOf(output).some((line) => SUMMARY.test(line)) || /^OK \(\d+ tests?, \d+ assertions?\)$/m.test(output),
  parse(output) {
    const sums = linesOf(output)
      .filter((line) => SUMMARY.test(line))
      .join('\n');
    const count = (word: string): number => sumOf(sums, new RegExp(`\\b${word}: (\\d+)`, 'g'));
    const failed = count('Errors') + count('Failures');
    const skipped = count('Skipped') + count('Incomplete');
    return {
      tests: { passed: count('Tests') - failed - skipped + sumOf(output, OK), failed, skipped },
      failing: unique(failuresIn(linesOf(output))),
    };
  },
};

/** `There were 2 failures:`, then `1) Class::test`; lists of skipped tests look the same. */
function failuresIn(lines: readonly string[]): string[] {
  const names: string[] = [];
  let isListed = false;
  for (const line of lines) {
    const heading = /^There (?:was|were) \d+ (?:PHPUnit )?(\w+)/.exec(line)?.[1];
    if (heading !== undefined) isListed = /^(failure|error)s?$/.test(heading);
    const name = /^\d+\) (\S+::.+)$/.exec(line)?.[1];
    // The data behind the name of a data set is told only here.
    if (isListed && name !== undefined) names.push(name.replace(/( with data set (?:#\d+|".*")) \(.*\)$/, '$1'));
  }
  return names;
}

export const pest: TestParser = {
  name: 'pest',
  matches: (output) => /^ {2}Tests: {4}.*\(\d+ assertions?\)$/m.test(output),
  parse(output) {
    const counts = countsIn(allOf(output, /^ {2}Tests: {4}(.*) \(\d+ assertions?\)$/gm).join(' '));
    return {
      tests: { passed: counts.passed ?? 0, failed: counts.failed ?? 0, skipped: (counts.skipped ?? 0) + (counts.todos ?? 0) },
      failing: unique(allOf(output, /^ {2,3}FAILED {2}(\S.*?)(?: {2,}\S+)?$/gm)),
    };
  },
};
