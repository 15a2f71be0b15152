// The whole test command: types, formatting, dead code and the tests; its last line says truly how many passed, failed and were skipped.
import { spawn, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { chromium, codeServer } from './vscode/cache.mjs';

const out = mkdtempSync(join(tmpdir(), 'massgen-test-'));
const report = join(out, 'report.json');
let problems = 0;

function check(name, command, args) {
  console.log(`\n— ${name}`);
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) problems += 1;
}

/** Side by side, as each has work for one core; what each says is printed in one piece. */
async function checkAll(rows) {
  const left = [...rows];
  const lane = async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      const [name, command, args] = row;
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = new Promise((resolve) => child.on('error', resolve).on('exit', resolve));
      const [said, warned, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      console.log(`\n— ${name}\n${said}${warned}${code instanceof Error ? code.message : ''}`.trimEnd());
      if (code !== 0) problems += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
}

await checkAll([
  ['types', 'tsc', ['-p', 'tsconfig.json']],
  ['types of the protocol (no Node)', 'tsc', ['-p', 'src/protocol/tsconfig.json']],
  ['types of the windows (no Node)', 'tsc', ['-p', 'src/webview/tsconfig.json']],
  ['types of the tests of the windows', 'tsc', ['-p', 'test/webview/tsconfig.json']],
  ['types of the tests in VS Code', 'tsc', ['-p', 'test/vscode/tsconfig.json']],
  ['formatting and lint', 'biome', ['check', '.']],
  ['dead code and unused dependencies', 'knip', []],
]);
check('tests', 'vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)]);

let counts = { passed: 0, failed: 1, skipped: 0 };
try {
  counts = countsOf(report);
} catch (error) {
  console.error(`The tests left no report: ${error.message}`);
}
// A name of a test file means that one alone.
if (process.argv.length <= 2) await inVSCode();
rmSync(out, { recursive: true, force: true });
const failed = Math.max(counts.failed, problems);
console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exit(failed > 0 ? 1 : 0);

function countsOf(file) {
  const json = JSON.parse(readFileSync(file, 'utf8'));
  const found = { passed: json.numPassedTests, failed: json.numFailedTests, skipped: json.numPendingTests + json.numTodoTests };
  for (const { status, assertionResults } of json.testResults) {
    if (status === 'failed' && assertionResults.length === 0) found.failed += 1;
    for (const test of assertionResults)
      if (test.status === 'pending' || test.status === 'skipped') console.log(`skipped: ${test.fullName}`);
  }
  return found;
}

/** The extension in a real VS Code; where none can be had, its tests are skipped, counted and named. */
async function inVSCode() {
  try {
    await codeServer();
    await chromium();
  } catch (error) {
    const files = globSync('test/vscode/{host,ui}/**/*.{vscode,ui}.ts');
    const tests = files.map((file) => readFileSync(file, 'utf8').match(/^ *(?:it|test)(?:\.each\(.*\))?\(/gm)?.length ?? 0);
    counts.skipped += tests.reduce((sum, one) => sum + one, 0);
    console.log(`\nskipped: every test in VS Code (${files.length} files), because ${error.message}`);
    return;
  }
  const hostReport = join(out, 'host.json');
  const uiReport = join(out, 'ui.json');
  process.env.MASSGEN_COUNTS = hostReport;
  check("tests in VS Code's extension host", process.execPath, ['scripts/vscode/test-host.mjs']);
  add(hostReport, (file) => JSON.parse(readFileSync(file, 'utf8')));
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${uiReport}`];
  check('tests of what a person sees in VS Code', 'vitest', ['run', '--config', 'test/vscode/vitest.config.ts', ...reporters]);
  add(uiReport, countsOf);
}

function add(file, read) {
  let more = { passed: 0, failed: 1, skipped: 0 };
  try {
    more = read(file);
  } catch (error) {
    console.error(`The tests left no report: ${error.message}`);
  }
  for (const key of Object.keys(counts)) counts[key] += more[key];
}
