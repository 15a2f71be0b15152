/** `go test -json` as it comes: what it would have printed, and the tests in it. */
import type { ParsedTests } from '../parsers/parser.js';
import { tally } from './tally.js';

export interface Live {
  /** Takes what the command prints, gives what is to be shown of it. */
  push(text: string): string;
  /** What is left when it has ended. */
  end(): string;
  /** undefined where no line was an event. */
  parsed(): ParsedTests | undefined;
}

/** A line that never ends is no event. */
const LONGEST_LINE = 1024 * 1024;

export function goEvents(): Live {
  const tests = tally();
  let rest = '';
  let isKnown = false;
  const failed = new Map<string, number>();

  const take = (line: string): string => {
    const event = eventIn(line);
    if (event === undefined) return `${line}\n`;
    const { Action: action, Package: pack = '', Test: test, Output: output } = event;
    if (test !== undefined && (action === 'pass' || action === 'fail' || action === 'skip')) {
      isKnown = true;
      tests.add(`${pack} > ${test.replaceAll('/', ' > ')}`, action === 'skip' ? 'skipped' : action === 'pass' ? 'passed' : 'failed');
      if (action === 'fail') failed.set(pack, (failed.get(pack) ?? 0) + 1);
    } else if (test === undefined && (action === 'pass' || action === 'fail' || action === 'skip')) {
      isKnown = true;
      // It was not built, or it ended before its tests did.
      if (action === 'fail' && !failed.has(pack)) tests.add(event.FailedBuild === undefined ? pack : `${pack} [build failed]`, 'failed');
    }
    return output === undefined || /^=== (RUN|PAUSE|CONT|NAME)/.test(output) || /^ *--- (PASS|SKIP)/.test(output) ? '' : output;
  };

  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      const shown = lines.map(take).join('');
      if (rest.length <= LONGEST_LINE) return shown;
      const long = rest;
      rest = '';
      return shown + long;
    },
    end() {
      const last = rest === '' ? '' : take(rest);
      rest = '';
      return last;
    },
    parsed() {
      if (!isKnown) return undefined;
      const { failing, ...all } = tests.result();
      // As go itself writes subtests.
      return { ...all, failing: failing.map((name) => withSlashes(name)) };
    },
  };
}

const withSlashes = (name: string): string => {
  const [pack = '', ...test] = name.split(' > ');
  return test.length === 0 ? pack : `${pack} > ${test.join('/')}`;
};

interface GoEvent {
  Action: string;
  Package?: string;
  Test?: string;
  Output?: string;
  FailedBuild?: string;
}

function eventIn(line: string): GoEvent | undefined {
  if (!line.startsWith('{"')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'Action' in value && typeof value.Action === 'string'
      ? (value as GoEvent)
      : undefined;
  } catch {
    // Something else that begins like an event: it is shown as it is.
    return undefined;
  }
}
