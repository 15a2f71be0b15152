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
  [
    'cargo-1.95',
    'cargo test',
    {
      tests: { passed: 2, failed: 4, skipped: 1 },
      failing: ['tests::does_not_panic', 'tests::fails', 'grüße', 'src/lib.rs - sum'],
    },
  ],
  [
    'ctest-3.25',
    'ctest',
    { tests: { passed: 1, failed: 3, skipped: 1 }, failing: ['with-odd_signs:a"with spaces & <signs>"b', 'crashes', 'slow'] },
  ],
  [
    'rspec-3.12',
    'rspec',
    {
      tests: { passed: 1, failed: 2, skipped: 1 },
      failing: ["spec/sum_spec.rb > Sum is <wrong> & 'odd' – grüße", 'spec/sum_spec.rb > Sum with errors raises'],
    },
  ],
  ['rspec-3.12-broken', 'rspec', { tests: { passed: 0, failed: 1, skipped: 0 }, failing: ['spec/bad_spec.rb'] }],
  [
    'minitest-5.17',
    'minitest',
    {
      tests: { passed: 1, failed: 3, skipped: 1 },
      failing: ['SumTest#test_wrong', 'SumTest#test_raises', 'SumTest#test_with spaces & <signs>'],
    },
  ],
  [
    'phpunit-9.6',
    'phpunit',
    {
      tests: { passed: 2, failed: 3, skipped: 2 },
      failing: ['SumTest::testRaises', 'SumTest::testWrong', 'SumTest::testMany with data set "two "quoted""'],
    },
  ],
  [
    'mix-1.14',
    'mix',
    {
      tests: { passed: 1, failed: 3, skipped: 1 },
      failing: [
        'test/shop_test.exs > test raises (ShopTest)',
        'test/shop_test.exs > test is <wrong> & odd – grüße (ShopTest)',
        'test/shop_test.exs > test a group fails: in it (ShopTest)',
      ],
    },
  ],
  [
    'deno-2.9',
    'deno',
    {
      tests: { passed: 1, failed: 2, skipped: 1 },
      failing: ['sum_test.ts > is <wrong> & odd – grüße', 'sum_test.ts > a group > fails in it'],
    },
  ],
  [
    'bun-1.4',
    'bun',
    {
      tests: { passed: 1, failed: 3, skipped: 2 },
      failing: ['bad.test.ts', 'sum.test.ts > is <wrong> & odd – grüße', 'sum.test.ts > a group > deeper > fails in it'],
    },
  ],
  ['bats-1.8', 'tap', { tests: { passed: 1, failed: 1, skipped: 1 }, failing: ['is <wrong> & odd – grüße'] }],
  ['prove-3.44', 'prove', { tests: { passed: 5, failed: 1, skipped: 0 }, failing: ['t/sum.t > is <wrong> & odd', 't/dies.t'] }],
  ['pytest-9-broken', 'pytest', { tests: { passed: 0, failed: 1, skipped: 0 }, failing: ['tests/test_bad.py'] }],
  [
    'surefire-3.2',
    'surefire',
    {
      tests: { passed: 2, failed: 4, skipped: 1 },
      failing: [
        'com.example.ShopTest.raises',
        'com.example.ShopTest.many(String)[2]',
        'com.example.ShopTest.wrong',
        'com.example.ShopTest$Group.inIt',
      ],
    },
  ],
  ['gradle-4.4', 'gradle', { tests: { passed: 1, failed: 1, skipped: 1 }, failing: ['ShopTest > wrong'] }],
  [
    'jest-30',
    'jest',
    {
      tests: { passed: 1, failed: 2, skipped: 1 },
      failing: ['a.test.js > is <wrong> & odd – grüße', 'a.test.js > a group > deeper > fails in it', 'bad.test.js'],
    },
  ],
];

describe('what test runners print', () => {
  test.each(table)('%s is read by %s alone', (file, parser, expected) => {
    const output = recorded(file);
    expect(parseTests(output)).toEqual(expected);
    expect(parsers.filter((one) => one.matches(plainText(output))).map((one) => one.name)).toEqual([parser]);
  });

  // No tool of these was at hand: their formats are as their documentation shows them.
  test.each<[string, string, ReturnType<typeof parseTests>]>([
    [
      'dotnet',
      '  Failed Shop.Tests.SumTests.Wrong(a: 1) [3 ms]\n  Error Message:\n\nFailed!  - Failed:     1, Passed:     2, Skipped:     1, Total:     4, Duration: 12 ms - Shop.Tests.dll (net8.0)\n',
      { tests: { passed: 2, failed: 1, skipped: 1 }, failing: ['Shop.Tests.SumTests.Wrong(a: 1)'] },
    ],
    [
      'swift',
      "Test Case 'SumTests.testAdds' passed (0.001 seconds)\nTest Case 'SumTests.testWrong' failed (0.002 seconds)\n\t Executed 2 tests, with 1 failure (0 unexpected) in 0.003 (0.003) seconds\n",
      { tests: { passed: 1, failed: 1, skipped: 0 }, failing: ['SumTests.testWrong'] },
    ],
    [
      'nextest',
      '        FAIL [   0.003s] (2/3) shop tests::fails\n     Summary [   0.005s] 3 tests run: 2 passed, 1 failed, 1 skipped\n',
      { tests: { passed: 2, failed: 1, skipped: 1 }, failing: ['shop tests::fails'] },
    ],
    [
      'pest',
      '   FAILED  Tests\\SumTest > it is wrong\n\n  Tests:    1 failed, 1 skipped, 2 passed (3 assertions)\n  Duration: 0.05s\n',
      { tests: { passed: 2, failed: 1, skipped: 1 }, failing: ['Tests\\SumTest > it is wrong'] },
    ],
  ])('%s, by its documentation', (parser, output, expected) => {
    expect(parseTests(output)).toEqual(expected);
    expect(parsers.filter((one) => one.matches(output)).map((one) => one.name)).toEqual([parser]);
  });

  test.each(['cargo-1.95-broken', 'mix-1.14-broken', 'phpunit-9.6-broken', 'deno-2.9-broken'])(
    '%s got to no test: nothing is known of any',
    (file) => {
      expect(parseTests(recorded(file))).toBeUndefined();
    },
  );

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
