/** JUnit's XML, as a dozen runners write it, and TRX, which is .NET's own. */
import type { Outcome, Tally } from './tally.js';
import { readXml } from './xml.js';

export interface TestCase {
  name: string;
  classname: string;
  /** '' where the report does not tell it. */
  file: string;
  /** Names of the suites around it, outermost first. */
  suites: readonly string[];
}

/** What a test is called, the same as in what the runner prints. */
export type Naming = (test: TestCase) => string;

export async function readJunit(file: string, into: Tally, nameOf: Naming): Promise<boolean> {
  const suites: string[] = [];
  let test: TestCase | undefined;
  let outcome: Outcome = 'passed';
  let wasFlaky = false;
  return readXml(file, {
    open(tag, attributes) {
      const { name = '', classname = '', message = '', status } = attributes;
      if (tag === 'testsuite') suites.push(name);
      else if (tag === 'testcase') {
        test = { name, classname, file: attributes.file ?? '', suites: [...suites] };
        outcome = status === 'disabled' ? 'skipped' : 'passed';
        wasFlaky = false;
      } else if (tag === 'failure' || tag === 'error') outcome = 'failed';
      // CTest says so of a test whose program was never built.
      else if (tag === 'skipped' && outcome !== 'failed') outcome = /^Unable to find executable/.test(message) ? 'failed' : 'skipped';
      else if (tag === 'flakyFailure' || tag === 'flakyError') wasFlaky = true;
    },
    close(tag) {
      if (tag === 'testsuite') suites.pop();
      if (tag !== 'testcase' || test === undefined) return;
      into.add(nameOf(test), outcome);
      if (wasFlaky && outcome === 'passed') into.flaky(nameOf(test));
      test = undefined;
    },
  });
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  Passed: 'passed',
  Failed: 'failed',
  Error: 'failed',
  Timeout: 'failed',
  Aborted: 'failed',
};

export async function readTrx(file: string, into: Tally): Promise<boolean> {
  const results: { id: string; name: string; outcome: Outcome }[] = [];
  const classes = new Map<string, string>();
  let open = '';
  const isWhole = await readXml(file, {
    open(tag, { testId = '', testName = '', outcome = '', id = '', className = '' }) {
      if (tag === 'UnitTestResult') results.push({ id: testId, name: testName, outcome: OUTCOMES[outcome] ?? 'skipped' });
      if (tag === 'UnitTest') open = id;
      if (tag === 'TestMethod' && open !== '') classes.set(open, className.split(',')[0] ?? '');
    },
    close(tag) {
      if (tag === 'UnitTest') open = '';
    },
  });
  for (const { id, name, outcome } of results) {
    const of = classes.get(id) ?? '';
    // xUnit's names hold the class already.
    into.add(of === '' || name.startsWith(`${of}.`) ? name : `${of}.${name}`, outcome);
  }
  return isWhole;
}
