/** Entry of the tests in the extension host: Mocha over the bundles beside this one; the counts go to MASSGEN_TEST_REPORT. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

export async function run(): Promise<void> {
  const { MASSGEN_TEST_REPORT: report, MASSGEN_TEST_GREP: grep } = process.env;
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, ...(grep && { grep }) });
  for (const file of readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).sort())
    if (file.endsWith('.vscode.cjs')) mocha.addFile(join(__dirname, file));
  const stats = await new Promise<Mocha.Stats | undefined>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
  const counts = { passed: stats?.passes ?? 0, failed: stats?.failures ?? 1, skipped: stats?.pending ?? 0 };
  if (counts.passed + counts.failed === 0) counts.failed = 1;
  if (report) writeFileSync(report, JSON.stringify(counts));
  if (counts.failed > 0) throw new Error(`${counts.failed} tests failed`);
}
