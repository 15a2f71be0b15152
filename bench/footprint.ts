/** What the extension costs who does not use it now: waking up beside an extension that does nothing, and its size. */
import { execFile } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { measured } from './child.js';
import { median } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const PAIRS = 11;
/**
 * Proposed when activation was looked into, from 13 ms and 3.5 MB that Node takes for a megabyte of bundled code, and from what other
 * extensions of the kind load as soon as the editor starts (7 MB and more): 25 ms, 8 MB, and 300 kB before anything is asked for.
 */
const MOST = { ms: 25, rss: 8e6, bytes: 300_000 };
/** Issue 3: a package of every platform, which finds the editor's ripgrep; 6 MB would be for one that carries its own. */
const PACKAGE = 3 * 1024 * 1024;

interface Woken {
  ms: number;
  cpu: number;
  rss: number;
}

export async function bench(): Promise<Row[]> {
  const { folder } = await scratch();
  try {
    await promisify(execFile)(process.execPath, ['scripts/package.mjs']).catch((error: unknown) =>
      process.stderr.write(`${String(error)}\n`),
    );
    const editor = join(folder, 'editor.mjs');
    const empty = join(folder, 'empty.mjs');
    await writeFile(editor, await standIn());
    await writeFile(empty, "import * as vscode from 'vscode';\nexport const activate = () => vscode.window;\n");
    const pairs: { ours: Woken; none: Woken }[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const ours = await measured<Woken>('footprint-child', resolve('dist/extension.js'), editor);
      pairs.push({ ours, none: await measured<Woken>('footprint-child', empty, editor) });
    }
    return rowsOf(pairs, await eager(resolve('dist/extension.js')), (await stat('massgen.vsix')).size);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rowsOf(pairs: readonly { ours: Woken; none: Woken }[], bytes: number, size: number): Row[] {
  const of = (which: 'ours' | 'none', what: keyof Woken): number => median(pairs.map((pair) => pair[which][what]));
  const more = median(pairs.map(({ ours, none }) => ours.cpu - none.cpu));
  const rss = median(pairs.map(({ ours, none }) => ours.rss - none.rss));
  return [
    {
      name: 'extension: load and activate, ms of CPU',
      ours: of('ours', 'cpu'),
      peer: `${of('none', 'cpu').toFixed(1)}: an empty extension`,
      ratio: median(pairs.map(({ ours, none }) => ours.cpu / none.cpu)),
      target: `<= ${MOST.ms} ms more`,
      ok: more <= MOST.ms,
      note: `${more.toFixed(1)} ms more than the empty one, of ${PAIRS} pairs; by the wall ${of('ours', 'ms').toFixed(1)} and ${of('none', 'ms').toFixed(1)} ms`,
    },
    limit('extension: memory of waking up, MB', rss / 1e6, MOST.rss / 1e6, 'limit, over an empty one'),
    limit('extension: code that waking up loads, kB', bytes / 1e3, MOST.bytes / 1e3, 'limit'),
    limit('extension: VSIX, MB', size / 2 ** 20, PACKAGE / 2 ** 20, 'limit (6 with ripgrep in it)'),
  ];
}

const limit = (name: string, ours: number, most: number, what: string): Row => ({
  name,
  ours,
  peer: `${most}: ${what}`,
  ratio: ours / most,
  target: '<= 1',
  ok: ours <= most,
});

/** Bytes of a module and of all that it imports before it runs. */
async function eager(file: string, seen = new Set<string>()): Promise<number> {
  if (seen.has(file)) return 0;
  seen.add(file);
  const text = await readFile(file, 'utf8');
  let sum = Buffer.byteLength(text);
  for (const [, path = ''] of text.matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)) sum += await eager(join(dirname(file), path), seen);
  return sum;
}

/** An editor in which every name is there, every call gives something, and no folder is open. */
async function standIn(): Promise<string> {
  const types = await readFile('node_modules/@types/vscode/index.d.ts', 'utf8');
  const names = [...types.matchAll(/^\s*export (?:namespace|class|enum|const|function) (\w+)/gm)].map(([, name = '']) => name);
  const declared = [...new Set(names)].filter((name) => name !== 'default');
  return `
const known = { workspaceFolders: undefined, isTrusted: true, subscriptions: [], then: undefined, get: () => undefined, language: 'en' };
const any = () => new Proxy(function () {}, {
  get(target, name) {
    if (name === Symbol.iterator) return function* () {};
    if (name === Symbol.toPrimitive) return () => '';
    if (name === 'prototype') return target.prototype;
    return Object.hasOwn(known, name) ? known[name] : any();
  },
  set: () => true,
  apply: () => any(),
  construct: () => any(),
});
export const context = any();
${declared.map((name) => `const _${name} = any();`).join('\n')}
export { ${declared.map((name) => `_${name} as ${name}`).join(', ')} };
`;
}
