/** What the editor loads of the extension, and when. */
import * as esbuild from 'esbuild';
import { beforeAll, expect, test } from 'vitest';

let outputs: esbuild.Metafile['outputs'];
beforeAll(async () => {
  const { extension } = (await import('../../esbuild.mjs' as string)) as { extension: esbuild.BuildOptions };
  const { metafile } = await esbuild.build({ ...extension, metafile: true, write: false, logLevel: 'silent' });
  outputs = metafile?.outputs ?? {};
});

/** The bytes of a file and of all that it imports before it runs. */
function closure(file: string, seen = new Set<string>()): number {
  if (seen.has(file)) return 0;
  seen.add(file);
  const output = outputs[file];
  const imports = output?.imports.filter(({ kind, external }) => kind === 'import-statement' && external !== true) ?? [];
  return (output?.bytes ?? 0) + imports.reduce((sum, { path }) => sum + closure(path, seen), 0);
}

test('waking up loads the shell alone: the engine comes when a session is looked at', () => {
  const shell = closure('dist/extension.js');
  const all = Object.entries(outputs).reduce((sum, [file, { bytes }]) => sum + (file.endsWith('.js') ? bytes : 0), 0);
  expect(shell).toBeGreaterThan(10_000);
  expect(shell).toBeLessThan(100_000);
  expect(all).toBeGreaterThan(10 * shell);
});

test('what is in no package is in the bundle, except the editor', () => {
  const external = Object.values(outputs).flatMap(({ imports }) => imports.flatMap((one) => (one.external === true ? [one.path] : [])));
  expect([...new Set(external)].filter((path) => path !== 'vscode' && !isBuiltin(path))).toEqual([]);
});

test('no process is started to look for a program', () => {
  const inputs = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  expect(inputs.filter((path) => /\bwhich\.[jt]s$/.test(path))).toEqual(['src/extension/which.ts']);
});

const isBuiltin = (path: string): boolean => path.startsWith('node:') || process.getBuiltinModule(path) !== undefined;
