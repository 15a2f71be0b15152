// Finds a VS Code to test in, and puts into a cache folder what the machine lacks: the desktop's where it can be downloaded and shown,
// code-server (VS Code's own workbench and extension host, from npm) with a browser where not.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');
const CODE_SERVER = '4.139.1';
const CHROMIUM = '153.0.0';
const DOWNLOADS = 'https://update.code.visualstudio.com/api/releases/stable';
const windows = process.platform === 'win32';

/** Clones may share one cache: MASSGEN_VSCODE_CACHE. */
export const cacheFolder = () => process.env.MASSGEN_VSCODE_CACHE || join(root, '.vscode-test');

/** A program of this name on PATH. */
export function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const files = names.flatMap((name) => folders.map((folder) => join(folder, windows ? `${name}.cmd` : name)));
  return files.find((file) => existsSync(file));
}

/** `node` is the program that runs `entry`; throws where it cannot be had, with what would help. */
export async function codeServer() {
  if (windows) throw new Error('code-server does not run on Windows');
  if (Number(process.versions.node.split('.')[0]) < 24) throw new Error(`code-server needs Node 24, this is ${process.version}`);
  const home = installed(`code-server-${CODE_SERVER}`, [`code-server@${CODE_SERVER}`], (folder) => {
    const server = join(folder, 'node_modules/code-server/lib/vscode');
    // Its own scripts would compile what comes built; `npm ci` does not take this tree.
    npmInstall(server, ['--omit=dev']);
    npmInstall(join(server, 'extensions'), ['--omit=dev']);
  });
  return { node: process.execPath, entry: join(home, 'node_modules/code-server/out/node/entry.js') };
}

/** The program of an installed Chrome or Chromium, or of the one in the cache. */
export async function chromium() {
  const own = [
    process.env.CHROME_PATH,
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    onPath('google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'),
  ].find((file) => file && existsSync(file));
  if (own !== undefined) return own;
  if (process.platform !== 'linux') throw new Error('Chrome or Chromium is not installed');
  const home = installed(`chromium-${CHROMIUM}`, [`@sparticuz/chromium@${CHROMIUM}`]);
  const { default: packed } = await import(createRequire(join(home, 'package.json')).resolve('@sparticuz/chromium'));
  return packed.executablePath();
}

/** The desktop's VS Code: downloaded where its host answers and a window can be opened here, else undefined. */
export async function desktop() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  const reached = await fetch(DOWNLOADS, { signal: AbortSignal.timeout(3000) }).catch(() => undefined);
  if (reached?.ok !== true) return undefined;
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  const program = await downloadAndUnzipVSCode({ cachePath: cacheFolder() });
  const starts = spawnSync(program, ['--version', '--no-sandbox', '--user-data-dir', join(cacheFolder(), 'probe')], { stdio: 'ignore' });
  return starts.status === 0 ? program : undefined;
}

/** Invariant: what has its name in the cache is whole; several may install it at once. */
function installed(name, packages, finish = () => undefined) {
  const home = join(cacheFolder(), name);
  if (existsSync(home)) return home;
  console.error(`Installing ${packages.join(' ')} into ${home} …`);
  mkdirSync(cacheFolder(), { recursive: true });
  const made = mkdtempSync(join(cacheFolder(), 'installing-'));
  try {
    writeFileSync(join(made, 'package.json'), '{"private":true}');
    npmInstall(made, ['--save-exact', ...packages]);
    finish(made);
    if (!existsSync(home)) renameSync(made, home);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return home;
}

function npmInstall(cwd, args) {
  const all = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args];
  const { status } = spawnSync('npm', all, { cwd, stdio: ['ignore', 'ignore', 'inherit'], shell: windows });
  if (status !== 0) throw new Error(`npm could not install ${args.join(' ')}`);
}
