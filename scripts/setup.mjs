// Installs what is missing and builds the command line: what `npm start` and `npm test` need on a fresh machine.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const run = (command, args) =>
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });

/** Whether every package of the lockfile lies there in its version: what else could be asked may have been copied from elsewhere. */
function installed() {
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { optional, version }]) => path === '' || optional || versionOf(path) === version);
}

function versionOf(path) {
  const file = `${root}${path}/package.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

if (!installed()) {
  console.error('Installing dependencies …');
  run(npm, ['install', '--no-audit', '--no-fund', '--loglevel=error']);
}
run(process.execPath, ['esbuild.mjs']);
