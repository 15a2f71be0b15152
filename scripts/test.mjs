// The whole test command: types, formatting, dead code and the tests; its last line says truly how many passed, failed and were skipped.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const out = mkdtempSync(join(tmpdir(), 'massgen-test-'));
const report = join(out, 'report.json');
let problems = 0;

function check(name, command, args) {
  console.log(`\n— ${name}`);
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) problems += 1;
}

check('types', 'tsc', ['-p', 'tsconfig.json']);
check('types of the protocol (no Node)', 'tsc', ['-p', 'src/protocol/tsconfig.json']);
check('formatting and lint', 'biome', ['check', '.']);
check('dead code and unused dependencies', 'knip', []);
check('tests', 'vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)]);

let counts = { passed: 0, failed: 1, skipped: 0 };
try {
  const json = JSON.parse(readFileSync(report, 'utf8'));
  counts = { passed: json.numPassedTests, failed: json.numFailedTests, skipped: json.numPendingTests + json.numTodoTests };
  for (const file of json.testResults) {
    if (file.status === 'failed' && file.assertionResults.length === 0) counts.failed += 1;
    for (const test of file.assertionResults)
      if (test.status === 'pending' || test.status === 'skipped') console.log(`skipped: ${test.fullName}`);
  }
} catch (error) {
  console.error(`The tests left no report: ${error.message}`);
}
rmSync(out, { recursive: true, force: true });
const failed = Math.max(counts.failed, problems);
console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exit(failed > 0 ? 1 : 0);
