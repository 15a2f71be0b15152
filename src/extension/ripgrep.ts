/** The editor's own ripgrep, in the place of the package `@vscode/ripgrep` (an alias in esbuild.mjs): the extension carries none. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'vscode';

const name = process.platform === 'win32' ? 'rg.exe' : 'rg';

/** Editors of different ages keep it in different places. */
const places = [
  ['node_modules', '@vscode', 'ripgrep-universal', 'bin', `${process.platform}-${process.arch}`],
  ['node_modules.asar.unpacked', '@vscode', 'ripgrep-universal', 'bin', `${process.platform}-${process.arch}`],
  ['node_modules.asar.unpacked', '@vscode', 'ripgrep', 'bin'],
  ['node_modules', '@vscode', 'ripgrep', 'bin'],
].map((place) => join(env.appRoot, ...place, name));

/** Where the editor has none, whichever is on PATH. */
export const rgPath: string = places.find((place) => existsSync(place)) ?? name;
