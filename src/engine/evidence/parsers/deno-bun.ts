/** Deno's and Bun's own runners. */
import { allOf, linesOf, sumOf, type TestParser, unique } from './parser.js';

const DENO = /^(?:ok|FAILED) \| \d+ passed.*\| \d+ failed/m;

export const deno: TestParser = {
  name: 'deno',
  matches: (output) => DENO.test(output),
  parse(output) {
    const listed = output.slice(Math.max(0, output.lastIndexOf('\n FAILURES ')));
    const failing = linesOf(listed).flatMap((line) => {
      const [, name, file] = /^(\S.*) => (\S+?):\d+:\d+$/.exec(line) ?? [];
      return name === undefined || file === undefined ? [] : [[file.replace(/^\.\//, ''), ...name.split(' ... ')].join(' > ')];
    });
    const broken = allOf(listed, /^(\S+\.\w+) \(uncaught error\)$/gm).map((file) => file.replace(/^\.\//, ''));
    const count = (word: string): number => sumOf(output, new RegExp(`^(?:ok|FAILED) \\|.*?(\\d+) ${word}`, 'gm'));
    return {
      tests: { passed: count('passed'), failed: count('failed'), skipped: count('ignored') },
      failing: unique([...failing, ...broken]),
    };
  },
};

export const bun: TestParser = {
  name: 'bun',
  matches: (output) => /^Ran \d+ tests? across \d+ files?\./m.test(output),
  parse(output) {
    const failing: string[] = [];
    let file = '';
    for (const line of linesOf(output)) {
      file = /^(?:::group::)?(\S+\.[cm]?[jt]sx?):$/.exec(line)?.[1] ?? file;
      const name = /^(?:\(fail\)|✗) (.+?)(?: \[[\d.]+m?s\])?$/.exec(line)?.[1];
      if (name !== undefined) failing.push(`${file} > ${name}`);
      // A file that could not be loaded fails without a test.
      else if (line === '# Unhandled error between tests') failing.push(file);
    }
    const count = (word: string): number => sumOf(output, new RegExp(`^ *(\\d+) ${word}$`, 'gm'));
    return { tests: { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }, failing: unique(failing) };
  },
};
