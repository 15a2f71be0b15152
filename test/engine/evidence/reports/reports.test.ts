import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseTests } from '../../../../src/engine/evidence/parse.js';
import { goEvents } from '../../../../src/engine/evidence/reports/go-json.js';
import { readTrx } from '../../../../src/engine/evidence/reports/junit.js';
import { askForReport } from '../../../../src/engine/evidence/reports/reporting.js';
import { tally } from '../../../../src/engine/evidence/reports/tally.js';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'evidence');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'reports-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function checkout(files: Record<string, string> = {}) {
  const [root, reports] = [join(folder, `${count}`, 'tree'), join(folder, `${count}`, 'reports')];
  count += 1;
  for (const path of [root, reports]) mkdirSync(path, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, cwd: root, reports };
}
const put = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

describe('a report says what the runner prints, with the same names', () => {
  test.each([
    ['python3 -m pytest -q', 'pytest-9.xml', 'reports/pytest.xml', 'pytest-9.txt'],
    ['python3 -m pytest -q', 'pytest-9-broken.xml', 'reports/pytest.xml', 'pytest-9-broken.txt'],
    ['bundle exec rspec', 'rspec-3.12.json', 'reports/rspec.json', 'rspec-3.12.txt'],
    ['rspec', 'rspec-3.12-broken.json', 'reports/rspec.json', 'rspec-3.12-broken.txt'],
    ['vendor/bin/phpunit', 'phpunit-9.6.xml', 'reports/phpunit.xml', 'phpunit-9.6.txt'],
    ['cmake -S . -B b && ctest --test-dir b', 'ctest-3.25.xml', 'reports/ctest.xml', 'ctest-3.25.txt'],
    ['./mvnw -B test', 'surefire-3.2.xml', 'tree/core/target/surefire-reports/TEST-x.xml', 'surefire-3.2.txt'],
    ['gradle test', 'gradle-4.4.xml', 'tree/build/test-results/test/TEST-ShopTest.xml', 'gradle-4.4.txt'],
    ['npx --no-install jest', 'jest-30.json', 'reports/jest.json', 'jest-30.txt'],
  ])('%s: %s', async (command, fixture, to, printed) => {
    const where = checkout();
    const { collect } = await askForReport({ command }, where);
    const file = join(dirname(where.root), to);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(join(FIXTURES, fixture), file);
    const expected = parseTests(readFileSync(join(FIXTURES, printed), 'utf8'));
    const found = await collect();
    expect(found?.failing.toSorted()).toEqual(expected?.failing.toSorted());
    expect(found?.failing.length).toBeGreaterThan(0);
    // The one counts what is disabled as skipped, the other not at all; a file that could not be loaded is no test to the third.
    expect(found?.tests?.passed).toBe(expected?.tests?.passed);
  });

  test('of Deno’s steps and Bun’s groups, the innermost', async () => {
    for (const [command, fixture, expected] of [
      ['deno test', 'deno-2.9.xml', ['sum_test.ts > is <wrong> & odd – grüße', 'sum_test.ts > a group > fails in it']],
      ['bun test', 'bun-1.4.xml', ['sum.test.ts > is <wrong> & odd – grüße', 'sum.test.ts > a group > deeper > fails in it']],
    ] as const) {
      const where = checkout();
      const { collect } = await askForReport({ command }, where);
      copyFileSync(join(FIXTURES, fixture), join(where.reports, `${command.split(' ')[0]}.xml`));
      expect((await collect())?.failing).toEqual(expected);
    }
  });

  test('go, as it comes in pieces', () => {
    const text = readFileSync(join(FIXTURES, 'go-1.26.json.txt'), 'utf8');
    const events = goEvents();
    const pieces = text.match(/[\s\S]{1,97}/g) ?? [];
    const shown = pieces.map((piece) => events.push(piece)).join('') + events.end();
    expect(shown).toContain('--- FAIL: TestWrong/with_spaces_&_<signs>');
    expect(shown).toContain('panic: gone');
    expect(shown).not.toContain('{"');
    expect(events.parsed()).toEqual({
      tests: { passed: 3, failed: 4, skipped: 1 },
      failing: [
        'example.com/shop/broken [build failed]',
        'example.com/shop > TestWrong/with_spaces_&_<signs>',
        'example.com/shop/sub > TestPanics',
      ],
    });
    expect(goEvents().parsed()).toBeUndefined();
  });

  // No .NET was at hand: as its schema has it.
  test('TRX, by its schema', async () => {
    const file = join(folder, 'a.trx');
    put(
      file,
      `<?xml version="1.0"?><TestRun xmlns="x"><Results><UnitTestResult testId="1" testName="Wrong" outcome="Failed"><Output/></UnitTestResult>
      <UnitTestResult testId="2" testName="Shop.SumTests.Adds" outcome="Passed"/><UnitTestResult testId="2" testName="Later" outcome="NotExecuted"/></Results>
      <TestDefinitions><UnitTest id="1"><TestMethod className="Shop.SumTests, Shop" name="Wrong"/></UnitTest></TestDefinitions></TestRun>`,
    );
    const into = tally();
    expect(await readTrx(file, into)).toBe(true);
    expect(into.result()).toEqual({ tests: { passed: 1, failed: 1, skipped: 1 }, failing: ['Shop.SumTests.Wrong'] });
  });

  test('what the runner itself ran again until it passed is flaky', async () => {
    const where = checkout();
    const { collect } = await askForReport({ command: 'mvn test' }, where);
    put(
      join(where.root, 'target/surefire-reports/TEST-a.xml'),
      '<testsuite><testcase classname="A" name="b"><flakyFailure/></testcase></testsuite>',
    );
    expect(await collect()).toEqual({ tests: { passed: 1, failed: 0, skipped: 0 }, failing: [], flaky: ['A.b'] });
  });
});

describe('a report that cannot be trusted is none', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><testsuite><testcase name="&b;"><failure/></testcase></testsuite>`;
  test.each([
    ['one that is cut off', '<testsuite><testcase name="a"><failure/>'],
    ['one that is no XML', 'Segmentation fault'],
    ['a bomb of entities', bomb],
    ['an entity from elsewhere', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&a;"/></testsuite>'],
    ['one without an end', '<a>'.repeat(100_000)],
  ])('%s', async (_, text) => {
    const where = checkout();
    const { collect } = await askForReport({ command: 'pytest' }, where);
    put(join(where.reports, 'pytest.xml'), text);
    expect(await collect()).toBeUndefined();
  });

  test('one of 200 MB is not even opened', async () => {
    const where = checkout();
    const { collect } = await askForReport({ command: 'pytest' }, where);
    const file = join(where.reports, 'pytest.xml');
    put(file, '<testsuite>');
    truncateSync(file, 200 * 1024 * 1024);
    expect(await collect()).toBeUndefined();
  });

  test('JSON of another form, and a link to somewhere', async () => {
    const where = checkout();
    const { collect } = await askForReport({ command: 'npx --no-install jest' }, where);
    put(join(where.reports, 'jest.json'), '{"testResults": 5}');
    expect(await collect()).toBeUndefined();
    rmSync(join(where.reports, 'jest.json'));
    symlinkSync('/etc/hostname', join(where.reports, 'pytest.xml'));
    expect(await collect()).toBeUndefined();
  });

  test('one that was there before the check ran', async () => {
    const old = 'target/surefire-reports/TEST-old.xml';
    const where = checkout({ [old]: '<testsuite><testcase classname="A" name="b"/></testsuite>' });
    const { collect } = await askForReport({ command: 'mvn test' }, where);
    expect(await collect()).toBeUndefined();
  });
});

describe('a runner is asked for its report', () => {
  const asked = async (command: string, files: Record<string, string> = {}) => {
    const where = checkout(files);
    const { command: line } = await askForReport({ command }, where);
    return line.replaceAll(where.reports, '').replaceAll(`${basename(where.reports)}`, 'reports');
  };
  const scripts = (test: string) => ({ 'package.json': JSON.stringify({ scripts: { test } }) });

  test.each<[string, string, Record<string, string>]>([
    ['go test -race ./...', 'go test -json -race ./...', {}],
    ['go test -json ./...', 'go test -json ./...', {}],
    ['bun test', "bun test --reporter=junit --reporter-outfile='/bun.xml'", {}],
    ['dotnet test --nologo', "dotnet test --nologo --logger trx --results-directory '/report.trx'", {}],
    ['npm test', "npm test -- --json --outputFile='/jest.json'", scripts('tsc && NODE_ENV=test jest --ci')],
    ['pnpm run test', "pnpm run test --reporter=default --reporter=json --outputFile.json='/vitest.json'", scripts('vitest run')],
    [
      'composer run-script test',
      "composer run-script test -- --log-junit '/phpunit.xml'",
      { 'composer.json': '{"scripts": {"test": "phpunit"}}' },
    ],
    ['npm test', 'npm test', scripts('jest | tee log')],
    ['npm test', 'npm test', scripts('jest && node after.js')],
    ['npm test', 'npm test', {}],
    ['make test', 'make test', {}],
    ['mix test', 'mix test', {}],
  ])('%s becomes %s', async (command, expected, files) => {
    expect(await asked(command, files)).toBe(expected);
  });
});
