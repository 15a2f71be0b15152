/** node:test's `spec` reporter: a tree of marks, a summary, then the failures with their files. */
import { linesOf, sumOf, type TestParser, unique } from './parser.js';

const ENTRY = /^((?: {2})*)([▶✔✖﹣⚠]) (.*?)( \(\d+(?:\.\d+)?ms\))?( # .*)?$/u;
const LOCATION = /^test at (.+?):\d+:\d+$/;

interface Failure {
  path: string[];
  file?: string;
}

export const nodeTest: TestParser = {
  name: 'node:test',
  matches: (output) => /^ℹ pass \d+$/m.test(output) && /^ℹ tests \d+$/m.test(output),
  parse(output) {
    const count = (word: string): number => sumOf(output, new RegExp(`^ℹ ${word} (\\d+)$`, 'gm'));
    return {
      tests: { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') + count('todo') },
      failing: unique(failuresIn(output).map(({ path, file }) => [...(file && file !== path[0] ? [file] : []), ...path].join(' > '))),
    };
  },
};

/** Failing leaves of the tree; the section after the summary adds their files, in the same order. */
function failuresIn(output: string): Failure[] {
  const failures: Failure[] = [];
  let open: string[] = [];
  let inDetails = false;
  let file: string | undefined;
  for (const line of linesOf(output)) {
    const location = LOCATION.exec(line);
    if (location || line === '✖ failing tests:') {
      inDetails = true;
      file = location?.[1];
      continue;
    }
    const entry = ENTRY.exec(line);
    if (!entry) continue;
    const [, indent = '', mark = '', name = '', , directive] = entry;
    if (inDetails && mark === '✖' && indent === '') {
      const failure = failures.find((one) => one.file === undefined && one.path.at(-1) === name);
      if (failure && file !== undefined && directive === undefined) failure.file = file;
      continue;
    }
    inDetails = false;
    const depth = indent.length / 2;
    if (mark === '▶' && entry[4] === undefined) open = [...open.slice(0, depth), name];
    else if (mark === '✖' && directive === undefined) {
      const path = [...open.slice(0, depth), name];
      // The line that closes a suite repeats its name; it fails because of what is in it.
      const closes = failures.some((one) => one.path.length > path.length && path.every((part, at) => one.path[at] === part));
      if (!closes) failures.push({ path });
    }
  }
  return failures;
}
