// `npm run vscode [folder]`: a VS Code with the extension on a folder, by whichever way this machine has:
// an installed `code`, a downloaded VS Code, or code-server at an address for the browser.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cacheFolder, desktop, onPath, root } from './cache.mjs';
import { startServer } from './server.mjs';

const wanted = process.argv[2];
const folder = resolve(wanted ?? mkdtempSync(join(tmpdir(), 'massgen-folder-')));
mkdirSync(folder, { recursive: true });
execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });

const program = onPath('code') ?? (await desktop());
if (program !== undefined && process.env.MASSGEN_VSCODE !== 'code-server') {
  const args = [
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${join(cacheFolder(), 'user-data')}`,
    '--disable-workspace-trust',
    folder,
  ];
  console.log(`${program} opens ${folder}`);
  spawn(program, args, { stdio: 'ignore', detached: true, shell: process.platform === 'win32' }).unref();
} else {
  const { makePackage } = await import('../package.mjs');
  const vsix = makePackage(join(mkdtempSync(join(tmpdir(), 'massgen-vsix-')), 'massgen.vsix'));
  const server = await startServer({
    extensions: [vsix],
    settings: { 'workbench.startupEditor': 'welcomePage', 'chat.disableAIFeatures': false },
  });
  console.log(`VS Code with MassGen: ${server.url}/?folder=${encodeURIComponent(folder)}\nCtrl-C ends it.`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.stop().then(() => process.exit(0)));
}
