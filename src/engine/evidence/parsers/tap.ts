/** TAP, as node:test nests it and as simple producers print it flat. */
import { linesOf, sumOf, type TestParser, unique } from './parser.js';

const RESULT = /^( *)(not ok|ok) \d+(?: -)? ?(.*?)(?: # (SKIP|TODO)\b.*)?$/i;
const LOCATION = /^ *location: '(.+?):\d+:\d+'$/;

interface Result {
  path: string[];
  ok: boolean;
  directive: string | undefined;
  file?: string;
}

export const tap: TestParser = {
  name: 'tap',
  matches: (output) => /^TAP version 1[34]$/m.test(output) || (/^(not )?ok 1\b/m.test(output) && /^1\.\.\d+$/m.test(output)),
  parse(output) {
    const results = leavesIn(output);
    const failing = results.filter((result) => !result.ok && result.directive === undefined);
    const count = (word: string): number => sumOf(output, new RegExp(`^# ${word} (\\d+)$`, 'gm'));
    const summed = /^# pass \d+$/m.test(output);
    return {
      tests: summed
        ? { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') + count('todo') }
        : {
            passed: results.filter((result) => result.ok && result.directive === undefined).length,
            failed: failing.length,
            skipped: results.filter((result) => result.directive !== undefined).length,
          },
      failing: unique(failing.map(({ path, file }) => [...(file && file !== path[0] ? [file] : []), ...path].join(' > '))),
    };
  },
};

/** Results that are no suites: a suite's own line follows those of what is in it. */
function leavesIn(output: string): Result[] {
  const leaves: Result[] = [];
  let open: string[] = [];
  let deeper = 0;
  let last: Result | undefined;
  for (const line of linesOf(output)) {
    const subtest = /^( *)# Subtest: (.*)$/.exec(line);
    if (subtest) {
      open = [...open.slice(0, (subtest[1] ?? '').length / 4), subtest[2] ?? ''];
      continue;
    }
    const location = LOCATION.exec(line);
    if (location && last && location[1]) last.file = location[1];
    const result = RESULT.exec(line);
    if (!result) continue;
    const depth = (result[1] ?? '').length / 4;
    if (!Number.isInteger(depth)) continue;
    const isSuite = deeper > depth;
    deeper = depth;
    last = { path: [...open.slice(0, depth), result[3] ?? ''], ok: result[2] === 'ok', directive: result[4] };
    if (!isSuite) leaves.push(last);
  }
  return leaves;
}
