// Writes what the extension contributes, as its tables say it, into package.json and package.nls.json.
import { readFile, writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';

/** The tables import no value of the editor, so they load here. */
const { outputFiles } = await esbuild.build({
  entryPoints: ['src/extension/manifest.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
});
const { manifest } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
const { contributes, capabilities, texts } = manifest();
const before = JSON.parse(await readFile('package.json', 'utf8'));
await writeFile('package.json', `${JSON.stringify({ ...before, capabilities, contributes }, null, 2)}\n`);
await writeFile('package.nls.json', `${JSON.stringify(texts, null, 2)}\n`);
