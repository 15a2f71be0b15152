/** CTest, Swift, .NET, Mix and prove. */
import { allOf, countsIn, linesOf, sumOf, type TestParser, unique } from './parser.js';

export const ctest: TestParser = {
  name: 'ctest',
  matches: (output) => /^\d+% tests passed, \d+ tests? failed out of \d+/m.test(output),
  parse(output) {
    const failing: string[] = [];
    let skipped = 0;
    let section = '';
    for (const line of linesOf(output)) {
      const heading = /^The following tests (FAILED|did not run):$/.exec(line)?.[1];
      if (heading !== undefined) section = heading;
      const [, name, why] = /^\s+\d+ - (.+?) \(([^()]+)\)/.exec(line) ?? [];
      if (name === undefined || why === undefined) {
        if (heading === undefined) section = '';
      } else if (section === 'FAILED') failing.push(name);
      else if (section !== '' && why !== 'Disabled') skipped += 1;
    }
    const failed = sumOf(output, /^\d+% tests passed, (\d+) tests? failed/gm);
    return {
      tests: { passed: sumOf(output, /tests? failed out of (\d+)$/gm) - failed - skipped, failed, skipped },
      failing: unique(failing),
    };
  },
};

const XCTEST = /^Test Case '(?:-\[)?(?:\w+\.)?(\w+)[. ](.+?)\]?' (passed|failed|skipped)/gm;
const SWIFT_TESTING = /^[^\w\s] Test ("?.+?"?(?:\(.*?\))?) (passed|failed|skipped)\b/gmu;

export const swift: TestParser = {
  name: 'swift',
  matches: (output) => /^\t? *Executed \d+ tests?, with /m.test(output) || /^[^\w\s] Test run with \d+ tests? /mu.test(output),
  parse(output) {
    const tests = { passed: 0, failed: 0, skipped: 0 };
    const failing: string[] = [];
    const xctest = [...output.matchAll(XCTEST)].map((match) => [`${match[1]}.${match[2]}`, match[3]]);
    const testing = [...output.matchAll(SWIFT_TESTING)]
      .map((match) => [match[1] ?? '', match[2]])
      .filter(([name]) => !name?.startsWith('run with'));
    for (const [name = '', outcome] of [...xctest, ...testing]) {
      if (outcome === 'failed') failing.push(name);
      tests[outcome === 'passed' || outcome === 'failed' ? outcome : 'skipped'] += 1;
    }
    return { tests, failing: unique(failing) };
  },
};

export const dotnet: TestParser = {
  name: 'dotnet',
  matches: (output) => /^(Passed|Failed|Skipped)! +- Failed: /m.test(output) || /^Test summary: total: \d+, failed: /m.test(output),
  parse(output) {
    const count = (long: string, short: string): number =>
      sumOf(output, new RegExp(`^(?:Passed|Failed|Skipped)! .*\\b${long}: +(\\d+)`, 'gm')) ||
      sumOf(output, new RegExp(`^Test summary: .*\\b${short}: (\\d+)`, 'gm'));
    return {
      tests: { passed: count('Passed', 'succeeded'), failed: count('Failed', 'failed'), skipped: count('Skipped', 'skipped') },
      failing: unique(allOf(output, /^ *(?:\[xUnit\.net \S+\] +)?Failed (\S.*?) \[[\d.,<]+ ?\w+\]$/gm)),
    };
  },
};

const MIX = /^(?:\d+ (?:doctests?|propert(?:y|ies)|features?), )*\d+ tests?, \d+ failures?(?:, .*)?$/;

export const mix: TestParser = {
  name: 'mix',
  matches: (output) => linesOf(output).some((line) => MIX.test(line)),
  parse(output) {
    const lines = linesOf(output);
    const counts = countsIn(lines.filter((line) => MIX.test(line)).join('\n'));
    const of = (...words: string[]): number => words.reduce((sum, word) => sum + (counts[word] ?? 0), 0);
    const [failed, skipped] = [of('failure', 'failures', 'invalid'), of('skipped', 'excluded')];
    const failing = lines.flatMap((line, at) => {
      const name = /^ {2}\d+\) (.+\(.+\))$/.exec(line)?.[1];
      const file = /^ +(\S+\.exs):\d+$/.exec(lines[at + 1] ?? '')?.[1];
      return name === undefined ? [] : [file === undefined ? name : `${file} > ${name}`];
    });
    const run = of('test', 'tests', 'doctest', 'doctests', 'property', 'properties');
    return { tests: { passed: Math.max(0, run - failed - skipped), failed, skipped }, failing: unique(failing) };
  },
};

export const prove: TestParser = {
  name: 'prove',
  matches: (output) => /^Files=\d+, Tests=\d+, /m.test(output),
  parse(output) {
    const named = allOf(output, /^# +Failed test ('.+'\n# +at .+) line \d+\.$/gm).map((text) => {
      const [, name = '', file = ''] = /^'(.+)'\n# +at (.+)$/.exec(text) ?? [];
      return `${file} > ${name}`;
    });
    const files = allOf(output, /^(\S+) +\(Wstat: (?!0\b)/gm).filter((file) => !named.some((name) => name.startsWith(`${file} > `)));
    const failed = sumOf(output, /^\S+ +\(Wstat: .* Failed: (\d+)\)$/gm);
    return {
      tests: { passed: sumOf(output, /^Files=\d+, Tests=(\d+),/gm) - failed, failed, skipped: 0 },
      failing: unique([...named, ...files]),
    };
  },
};
