/** RSpec, Minitest and test-unit. */
import { allOf, linesOf, sumOf, type TestParser, unique } from './parser.js';

const RSPEC = /^\d+ examples?, \d+ failures?(, .*)?$/m;

export const rspec: TestParser = {
  name: 'rspec',
  matches: (output) => RSPEC.test(output),
  parse(output) {
    const failed = sumOf(output, /^\d+ examples?, (\d+) failures?/gm);
    const skipped = sumOf(output, /^\d+ examples?, \d+ failures?, (\d+) pending/gm);
    const broken = allOf(output, /^An error occurred while loading (.+?)\.$/gm).map(plainPath);
    return {
      tests: { passed: sumOf(output, /^(\d+) examples?, \d+ failures?/gm) - failed - skipped, failed: failed + broken.length, skipped },
      failing: unique([...broken, ...allOf(output, /^(rspec \S+ # .+)$/gm).map(rspecName)]),
    };
  },
};

export const plainPath = (path: string): string => path.replace(/^\.\//, '');

/** `rspec ./spec/a_spec.rb:3 # Sum adds`; shared examples have `[1:2]` for a line. */
const rspecName = (line: string): string => {
  const [, file = '', name = ''] = /^rspec '?(.+?)(?::\d+|\[[\d:]+\])'? # (.+)$/.exec(line) ?? [];
  return `${plainPath(file)} > ${name}`;
};

const MINITEST = /^(\d+) (?:runs|tests), (\d+) assertions?, (\d+) failures?, (\d+) errors?(?:, (\d+) (?:skips|pendings|omissions))?/;

export const minitest: TestParser = {
  name: 'minitest',
  matches: (output) => linesOf(output).some((line) => MINITEST.test(line)),
  parse(output) {
    const tests = { passed: 0, failed: 0, skipped: 0 };
    for (const line of linesOf(output)) {
      const found = MINITEST.exec(line);
      if (!found) continue;
      const [runs = 0, , failures = 0, errors = 0, skips = 0] = found.slice(1).map((count) => Number(count ?? 0));
      tests.passed += runs - failures - errors - skips;
      tests.failed += failures + errors;
      tests.skipped += skips;
    }
    const titles = linesOf(output).flatMap((line, at, lines) => (/^ +\d+\) (Failure|Error):$/.test(line) ? [lines[at + 1] ?? ''] : []));
    const unit = allOf(output, /^(?:Failure|Error): (.+\(.+\)).*$/gm);
    return { tests, failing: unique([...titles.map((title) => title.replace(/ \[.*\]:$|:$/, '')), ...unit]) };
  },
};
