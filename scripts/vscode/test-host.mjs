// Runs test/vscode/host inside the extension host of a real VS Code, on a sample project; the last line counts the tests.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { format } from 'node:util';
import * as esbuild from 'esbuild';
import { openBrowser, workbenchUrl } from './browser.mjs';
import { desktop, root } from './cache.mjs';
import { startServer } from './server.mjs';

const LIMIT = 240_000;
/** What the workbench itself says at every start. */
const NOISE =
  /^(Resolv(ed|ing) connection token|Creating a socket|\[(reconnection-grace-time|Service Worker|AgentHost|AccountPolicyGate|RemoteAgentHostProtocol|ChatModelSelection)|Updating additional builtin|Ignoring fetching additional builtin|Timed out waiting for authentication provider|(Error: )?Could not locate the bindings file|(Error: )?Cannot find module '.{2}build.Release.watchdog')/;

/** The extension host loads CommonJS modules as its tests. */
async function build(into) {
  rmSync(into, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: [join(root, 'test/vscode/host/index.ts'), ...globSync(join(root, 'test/vscode/host/**/*.vscode.ts'))],
    outdir: into,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return join(into, 'index.cjs');
}

/** A repository with a change of the person's own. */
function sampleFolder(parent) {
  const folder = join(parent, 'sample');
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# Sample\n');
  writeFileSync(join(folder, 'src/add.js'), 'export const add = (a, b) => a - b;\n');
  const git = (...args) => execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: folder });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'A sample');
  writeFileSync(join(folder, 'README.md'), '# Sample\n\nIn work.\n');
  return folder;
}

async function inCodeServer(tests, folder, env) {
  const server = await startServer({ smoke: true, env, settings: { 'chat.disableAIFeatures': false } });
  // An extension that is not ours, as a person has them: it offers a model to all.
  cpSync(join(root, 'test/fixtures/model-extension'), join(server.home, 'extensions/massgen-test.models-0.0.1'), { recursive: true });
  const browser = await openBrowser().catch(async (error) => {
    await server.stop();
    throw error;
  });
  try {
    const [page] = browser.context.pages();
    const { promise, resolve, reject } = Promise.withResolvers();
    const late = setTimeout(() => reject(new Error(`The tests did not end within ${LIMIT / 1000} s.\n${server.log()}`)), LIMIT);
    await page.exposeFunction('codeAutomationLog', (_, args) => {
      const line = format(...args);
      if (process.env.DEBUG || !NOISE.test(line)) console.log(line);
    });
    await page.exposeFunction('codeAutomationExit', resolve);
    await page.goto(workbenchUrl(server, folder, { develop: root, tests }));
    await promise.finally(() => clearTimeout(late));
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function onDesktop(program, tests, folder, env) {
  const { runTests } = await import('@vscode/test-electron');
  await runTests({
    vscodeExecutablePath: program,
    extensionDevelopmentPath: [root, join(root, 'test/fixtures/model-extension')],
    extensionTestsPath: tests,
    extensionTestsEnv: env,
    launchArgs: [folder, '--disable-workspace-trust', '--skip-welcome', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-host-')));
const report = join(scratch, 'report.json');
const env = { MASSGEN_TEST_REPORT: report, MASSGEN_TEST_GREP: process.argv[2] ?? '' };
try {
  const tests = await build(join(root, '.vscode-test/host'));
  const folder = sampleFolder(scratch);
  const program = await desktop();
  console.log(program === undefined ? 'in code-server' : `in ${basename(program)}`);
  const run = program === undefined ? inCodeServer(tests, folder, env) : onDesktop(program, tests, folder, env);
  await run.catch((error) => console.error(error.message));
  const none = { passed: 0, failed: 1, skipped: 0 };
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : none;
  if (process.env.MASSGEN_COUNTS) writeFileSync(process.env.MASSGEN_COUNTS, JSON.stringify(counts));
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
