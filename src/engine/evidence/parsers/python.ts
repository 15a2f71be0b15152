/** pytest and unittest. */
import { allOf, countsIn, linesOf, sumOf, type TestParser, unique } from './parser.js';

const SUMMARY = /^=*\s*((?:\d+ [a-z]+(?:, )?)+|no tests ran) in [\d.]+s(?: \([\d:]+\))?\s*=*$/;

export const pytest: TestParser = {
  name: 'pytest',
  matches: (output) => linesOf(output).some((line) => SUMMARY.test(line)),
  parse(output) {
    const lines = linesOf(output);
    const counts = countsIn(lines.map((line) => SUMMARY.exec(line)?.[1] ?? '').join(' '));
    return {
      tests: {
        passed: (counts.passed ?? 0) + (counts.xpassed ?? 0),
        failed: (counts.failed ?? 0) + (counts.error ?? 0) + (counts.errors ?? 0),
        skipped: (counts.skipped ?? 0) + (counts.xfailed ?? 0),
      },
      failing: unique(lines.map(failureOf).filter((name) => name !== undefined)),
    };
  },
};

/** `FAILED path::name[a - b] - message`: the message is cut off, what is in brackets is not. */
function failureOf(line: string): string | undefined {
  const text = /^(?:FAILED|ERROR) (\S.*)$/.exec(line)?.[1];
  if (text === undefined || !/\.\w+(::| - |$)/.test(text)) return undefined;
  const withParameters = /^[^[]*?::[^[ ]+\[.*?\](?= - |$)/.exec(text)?.[0];
  return (withParameters ?? text.split(' - ')[0] ?? text).trim();
}

export const unittest: TestParser = {
  name: 'unittest',
  matches: (output) => /^Ran \d+ tests? in [\d.]+s$/m.test(output),
  parse(output) {
    const details = allOf(output, /^(?:FAILED|OK) \((.*)\)$/gm).join(', ');
    const count = (word: string): number => sumOf(details, new RegExp(`(?:^|, )${word}=(\\d+)`, 'g'));
    const failed = count('failures') + count('errors') + count('unexpected successes');
    const skipped = count('skipped') + count('expected failures');
    const ran = sumOf(output, /^Ran (\d+) tests? in/gm);
    return {
      tests: { passed: Math.max(0, ran - failed - skipped), failed, skipped },
      failing: unique(allOf(output, /^(?:FAIL|ERROR): (.+)$/gm)),
    };
  },
};
