/** go test, cargo test and nextest. */
import { allOf, countsIn, linesOf, sumOf, type TestParser, unique } from './parser.js';

export const goTest: TestParser = {
  name: 'go test',
  matches: (output) => /^(ok {2}|FAIL)\t\S+/m.test(output),
  parse(output) {
    const failing: string[] = [];
    let open: string[] = [];
    for (const line of linesOf(output)) {
      const failed = /^ *--- FAIL: (\S+)/.exec(line)?.[1];
      if (failed) open.push(failed);
      const [, result, pack, rest = ''] = /^(ok {2}|FAIL)\t(\S+)(.*)$/.exec(line) ?? [];
      if (result === undefined || pack === undefined) continue;
      // A test fails with its subtests; they say what it was.
      const leaves = open.filter((name) => !open.some((other) => other.startsWith(`${name}/`)));
      if (result === 'FAIL')
        failing.push(...(leaves.length > 0 ? leaves.map((name) => `${pack} > ${name}`) : [`${pack}${rest.replace(/\s+[\d.]+s$/, '')}`]));
      open = [];
    }
    const count = (word: string): number => allOf(output, new RegExp(`^ *--- (${word}): `, 'gm')).length;
    const verbose = /^=== RUN /m.test(output);
    return {
      failing: unique(failing),
      ...(verbose && { tests: { passed: count('PASS'), failed: count('FAIL'), skipped: count('SKIP') } }),
    };
  },
};

export const cargoTest: TestParser = {
  name: 'cargo test',
  matches: (output) => /^test result: (ok|FAILED)\. /m.test(output),
  parse: (output) => ({
    tests: {
      passed: sumOf(output, /^test result: .*?(\d+) passed;/gm),
      failed: sumOf(output, /^test result: .*?(\d+) failed;/gm),
      skipped: sumOf(output, /^test result: .*?(\d+) ignored;/gm),
    },
    // A test in a comment is named by its line, which is another one after any change above it.
    failing: unique(allOf(output, /^test (.+?)(?: - should panic)? \.\.\. FAILED$/gm).map((name) => name.replace(/ \(line \d+\)$/, ''))),
  }),
};

const NEXTEST = /^ *Summary \[.*?\] +\d+(?:\/\d+)? tests? run: (.*)$/gm;

export const nextest: TestParser = {
  name: 'nextest',
  matches: (output) => /^ *Summary \[.*?\] +\d+(\/\d+)? tests? run: /m.test(output),
  parse(output) {
    const counts = countsIn(allOf(output, NEXTEST).join(' '));
    return {
      tests: { passed: counts.passed ?? 0, failed: (counts.failed ?? 0) + (counts.timed ?? 0), skipped: counts.skipped ?? 0 },
      failing: unique(allOf(output, /^ *(?:FAIL|TIMEOUT|ABORT|SIG\w+) \[.*?\] (?:\( *\d+\/\d+\) )?(\S.*)$/gm)),
    };
  },
};
