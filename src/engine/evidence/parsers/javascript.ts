/** vitest, jest, mocha and ava. */
import { allOf, countsIn, linesOf, sumOf, type TestParser, unique } from './parser.js';

export const vitest: TestParser = {
  name: 'vitest',
  matches: (output) => /^ *Test Files {2}/m.test(output),
  parse(output) {
    const counts = countsIn(allOf(output, /^ *Tests {2}(.*)$/gm).join(' '));
    return {
      tests: { passed: counts.passed ?? 0, failed: counts.failed ?? 0, skipped: (counts.skipped ?? 0) + (counts.todo ?? 0) },
      // A file that could not be loaded is printed as `file [ file ]`.
      failing: unique(allOf(output, /^ ?FAIL {2}(.+)$/gm).map((name) => name.replace(/ \[ .* \]$/, ''))),
    };
  },
};

const JEST_HEADINGS =
  /^(Console|Cannot log after tests are done.*|process\.exit called.*|Deprecation Warning.*|Validation (Error|Warning).*)$/;

export const jest: TestParser = {
  name: 'jest',
  matches: (output) => /^Test Suites: +.*\d+ total$/m.test(output),
  parse(output) {
    const counts = countsIn(allOf(output, /^Tests: +(.*)$/gm).join(' '));
    const failing: string[] = [];
    let file = '';
    for (const line of linesOf(output)) {
      const heading = /^(?:FAIL|PASS) (?:.* )?(\S+\.\w+)(?: \([\d.]+ m?s\))?$/.exec(line);
      if (heading?.[1]) file = heading[1].replace(/^\.\//, '');
      const name = /^ {2}● (.+)$/.exec(line)?.[1];
      if (name === undefined || JEST_HEADINGS.test(name)) continue;
      failing.push(name === 'Test suite failed to run' ? file : [file, ...name.split(' › ')].join(' > '));
    }
    return {
      tests: { passed: counts.passed ?? 0, failed: counts.failed ?? 0, skipped: (counts.skipped ?? 0) + (counts.todo ?? 0) },
      failing: unique(failing),
    };
  },
};

export const mocha: TestParser = {
  name: 'mocha',
  matches: (output) => /^ {2}\d+ passing \(/m.test(output),
  parse(output) {
    const failed = sumOf(output, /^ {2}(\d+) failing$/gm);
    return {
      tests: { passed: sumOf(output, /^ {2}(\d+) passing \(/gm), failed, skipped: sumOf(output, /^ {2}(\d+) pending$/gm) },
      failing: unique(mochaFailures(linesOf(output))),
    };
  },
};

/** After `N failing`: `  1) suite`, deeper titles below it, the last of them with a colon. */
function mochaFailures(lines: readonly string[]): string[] {
  const names: string[] = [];
  let listed = false;
  let titles: string[] | undefined;
  for (const line of lines) {
    if (/^ {2}\d+ (passing \(.*|failing)$/.test(line)) listed = line.endsWith('failing');
    if (!listed) continue;
    const first = /^ {2}\d+\) (.+)$/.exec(line)?.[1];
    if (first !== undefined) titles = [first];
    else if (titles && /^ {7,}\S/.test(line)) titles.push(line.trim());
    else titles = undefined;
    const last = titles?.at(-1);
    if (!titles || !last?.endsWith(':')) continue;
    names.push([...titles.slice(0, -1), last.slice(0, -1)].join(' > '));
    titles = undefined;
  }
  return names;
}

export const ava: TestParser = {
  name: 'ava',
  matches: (output) => /^ {2}─$/m.test(output) && /^ {2}\d+ (tests? (passed|failed)|uncaught exceptions?)$/m.test(output),
  parse(output) {
    const titles = allOf(output.slice(output.indexOf('\n  ─\n')), /^ {2}(\S.*)$/gm);
    // The message follows the title on the same line; the title alone stands over the details.
    const title = (text: string): string =>
      titles
        .filter((one) => text === one || text.startsWith(`${one} `))
        .reduce((longest, one) => (one.length > longest.length ? one : longest), '') || text;
    return {
      tests: {
        passed: allOf(output, /^ {2}(✔) /gm).length,
        failed: sumOf(output, /^ {2}(\d+) (?:tests? failed|uncaught exceptions?)$/gm),
        skipped: sumOf(output, /^ {2}(\d+) tests? (?:skipped|todo)$/gm),
      },
      failing: unique(allOf(output, /^ {2}✘ \[fail\]: (.+)$/gm).map((text) => title(text).replaceAll(' › ', ' > '))),
    };
  },
};
