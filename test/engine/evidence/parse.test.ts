import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsers, parseTests, plainText } from '../../../src/engine/evidence/parse.js';

/** Outputs as the runners printed them, with paths made relative as a check's are. */
const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'evidence', `${name}.txt`), 'utf8');

const NODE = {
  tests: { passed: 5, failed: 6, skipped: 2 },
  failing: [
    'nt/a.test.js > fails at the top',
    'nt/a.test.js > a suite > works not',
    'nt/a.test.js > a suite > deeper > works not',
    'nt/bad.test.js',
    'nt/ok.test.js > parent > child fails',
  ],
};
const PYTEST = {
  tests: { passed: 2, failed: 5, skipped: 2 },
  failing: [
    'test_a.py::test_fails',
    'test_a.py::test_many[two - three]',
    'test_a.py::test_many[has space]',
    'test_a.py::TestSuite::test_works_not',
    'test_a.py::test_errors',
  ],
};

const table: [file: string, parser: string, expected: ReturnType<typeof parseTests>][] = [
  ['node-20-spec', 'node:test', NODE],
  ['node-24-spec', 'node:test', NODE],
  ['node-20-tap', 'tap', NODE],
  ['node-24-tap', 'tap', NODE],
  ['tap-flat', 'tap', { tests: { passed: 1, failed: 1, skipped: 2 }, failing: ['fails'] }],
  [
    'vitest',
    'vitest',
    {
      tests: { passed: 3, failed: 3, skipped: 2 },
      failing: [
        'bad.test.ts',
        'a.test.ts > fails at the top',
        'a.test.ts > a suite > works not',
        'a.test.ts > a suite > deeper > works not',
      ],
    },
  ],
  ['vitest-colour', 'vitest', { tests: { passed: 1, failed: 0, skipped: 0 }, failing: [] }],
  [
    'jest',
    'jest',
    {
      tests: { passed: 3, failed: 3, skipped: 2 },
      failing: [
        'jest/a.test.js > fails at the top',
        'jest/a.test.js > a suite > works not',
        'jest/a.test.js > a suite > deeper > works not',
        'jest/bad.test.js',
      ],
    },
  ],
  [
    'mocha',
    'mocha',
    {
      tests: { passed: 2, failed: 4, skipped: 2 },
      failing: ['fails at the top', 'a suite > works not', 'a suite > deeper > works not', 'hooked > "before all" hook for "never runs"'],
    },
  ],
  ['ava', 'ava', { tests: { passed: 2, failed: 2, skipped: 2 }, failing: ['a > fails at the top', 'a > throws'] }],
  ['pytest', 'pytest', PYTEST],
  ['pytest-quiet', 'pytest', PYTEST],
  ['pytest-all', 'pytest', { ...PYTEST, failing: expect.arrayContaining(PYTEST.failing) }],
  ['pytest-collection', 'pytest', { tests: { passed: 0, failed: 1, skipped: 0 }, failing: ['test_bad.py'] }],
  ['pytest-ok', 'pytest', { tests: { passed: 1, failed: 0, skipped: 0 }, failing: [] }],
  ['pytest-none', 'pytest', { tests: { passed: 0, failed: 0, skipped: 0 }, failing: [] }],
  [
    'unittest',
    'unittest',
    { tests: { passed: 1, failed: 2, skipped: 1 }, failing: ['test_c (__main__.A.test_c)', 'test_b (__main__.A.test_b)'] },
  ],
  ['go', 'go test', { failing: ['example.com/x > TestFails/sub_one', 'example.com/x/sub [build failed]'] }],
  [
    'go-verbose',
    'go test',
    { tests: { passed: 3, failed: 2, skipped: 1 }, failing: ['example.com/x > TestFails/sub_one', 'example.com/x/sub [build failed]'] },
  ],
  ['cargo', 'cargo test', { tests: { passed: 1, failed: 1, skipped: 1 }, failing: ['tests::fails'] }],
];

describe('what test runners print', () => {
  test.each(table)('%s is read by %s alone', (file, parser, expected) => {
    const output = recorded(file);
    expect(parseTests(output)).toEqual(expected);
    expect(parsers.filter((one) => one.matches(plainText(output))).map((one) => one.name)).toEqual([parser]);
  });

  test('several runs in one output add up', () => {
    const twice = `${recorded('vitest-colour')}\n${recorded('pytest')}\n${recorded('vitest')}`;
    expect(parseTests(twice)?.tests).toEqual({ passed: 6, failed: 8, skipped: 4 });
  });

  test.each([
    '',
    "ts.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
    '✖ 3 problems (2 errors, 1 warning)\n',
    'Checked 12 files in 61ms. Fixed 1 file.\n',
    'make: *** [Makefile:2: test] Error 1\n',
    'FAILED to connect in 3 seconds\nok then\n',
  ])('what is no test runner’s is not taken for one: %j', (output) => {
    expect(parseTests(output)).toBeUndefined();
  });
});
