// Makes the VSIX: what the extension needs and nothing else, from a folder of its own; says how large it is. `--quick` takes dist/ as it is.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

/** Invariant: what is not named here is not in the package. */
const CONTENTS = [
  'LICENSE',
  'CHANGELOG.md',
  'package.nls*.json',
  'l10n/*.json',
  'media/{activity.svg,review-light.svg,review-dark.svg,icon.png}',
  'media/walkthrough/*',
  'dist/extension.js',
  'dist/extension/**/*.js',
  'dist/extension/vendor/**/*',
  'dist/webview/**/*.{js,css,ttf}',
];
/** Of package.json, what the editor reads. */
const KEPT =
  /^(name|displayName|publisher|version|description|icon|license|type|main|l10n|categories|keywords|repository|bugs|homepage|engines|activationEvents|extensionKind|capabilities|contributes)$/;
const LIMIT = 3 * 1024 * 1024;

/** Gives the file that it made. */
export function makePackage(out = join(root, 'massgen.vsix')) {
  const staged = mkdtempSync(join(tmpdir(), 'massgen-vsix-'));
  try {
    for (const pattern of CONTENTS)
      for (const path of globSync(pattern, { cwd: root }))
        if (statSync(join(root, path)).isFile()) {
          mkdirSync(dirname(join(staged, path)), { recursive: true });
          cpSync(join(root, path), join(staged, path));
        }
    // The README of the repository is about the command line too, and the marketplace takes no SVG.
    // Its pictures are not in the package.
    writeFileSync(join(staged, 'README.md'), readFileSync(join(root, 'docs/vscode.md'), 'utf8').split('\n## A session in pictures')[0]);
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const kept = Object.fromEntries(Object.entries(manifest).filter(([key]) => KEPT.test(key)));
    writeFileSync(join(staged, 'package.json'), JSON.stringify({ ...kept, files: ['**'] }, null, 2));
    const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
    const args = [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', out];
    execFileSync(process.execPath, args, { cwd: staged, stdio: ['ignore', 'pipe', 'inherit'] });
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--quick') || !existsSync(join(root, 'dist/extension.js')))
    execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
  const { size } = statSync(makePackage());
  console.log(`massgen.vsix  ${(size / 1024 / 1024).toFixed(2)} MB`);
  if (size > LIMIT) {
    console.error(`It is larger than ${LIMIT / 1024 / 1024} MB.`);
    process.exitCode = 1;
  }
}
