// Installs what is missing and builds the command line: what `npm start` and `npm test` need on a fresh machine.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const run = (command, args) =>
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });

/** The lockfile that npm leaves in node_modules tells what is installed. */
function installed() {
  const marker = `${root}node_modules/.package-lock.json`;
  if (!existsSync(marker) || !existsSync(`${root}node_modules/.bin/esbuild`)) return false;
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  const have = JSON.parse(readFileSync(marker, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version);
}

if (!installed()) {
  console.error('Installing dependencies …');
  run(npm, ['install', '--no-audit', '--no-fund', '--loglevel=error']);
}
run(process.execPath, ['esbuild.mjs']);
