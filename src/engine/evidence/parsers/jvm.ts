/** Maven's Surefire and Gradle. */
import { allOf, sumOf, type TestParser, unique } from './parser.js';

const SUREFIRE = String.raw`^\[\w+\] Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)$`;

export const surefire: TestParser = {
  name: 'surefire',
  matches: (output) => new RegExp(SUREFIRE, 'm').test(output),
  parse(output) {
    const tests = { passed: 0, failed: 0, skipped: 0 };
    for (const match of output.matchAll(new RegExp(SUREFIRE, 'gm'))) {
      const [run = 0, failures = 0, errors = 0, skipped = 0] = match.slice(1).map(Number);
      tests.passed += run - failures - errors - skipped;
      tests.failed += failures + errors;
      tests.skipped += skipped;
    }
    return { tests, failing: unique(allOf(output, /^\[ERROR\] (?!Tests run)(\S.*?)(?: -- | +)Time elapsed: .*<<< (?:FAILURE|ERROR)!/gm)) };
  },
};

export const gradle: TestParser = {
  name: 'gradle',
  matches: (output) => /^\d+ tests? completed, \d+ failed/m.test(output),
  parse(output) {
    const failed = sumOf(output, /^\d+ tests? completed, (\d+) failed/gm);
    const skipped = sumOf(output, /^\d+ tests? completed, \d+ failed, (\d+) skipped/gm);
    const run = sumOf(output, /^(\d+) tests? completed, /gm);
    return { tests: { passed: run - failed - skipped, failed, skipped }, failing: unique(allOf(output, /^(\S.* > .+) FAILED$/gm)) };
  },
};
