/** Undo after later edits of the person: what is theirs is never lost, and what cannot be taken back is refused as a whole. */
import { chmod, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planApply, planUndo, writeChanges } from '../../../src/engine/workspace/apply.js';
import { type Files, treesOf } from './scratch.js';
import { put, scratchStore, snapshotOf } from './scratch-store.js';

const text = (count: number, ...changes: [line: number, to: string][]) =>
  Array.from({ length: count }, (_, index) => `${changes.find(([line]) => line === index + 1)?.[1] ?? `line ${index + 1}`}\n`).join('');

const before: Files = { f: text(30), g: 'g\n', gone: 'gone\n' };
const applied: Files = { f: text(30, [10, 'theirs']), g: 'G\n', fresh: 'new\n' };

type Edit = (path: (name: string) => string) => Promise<unknown>;
/** What was done after the apply, and what the undo makes of it: how the files are then, or the paths that keep it from being done. */
const rows: [string, Edit, Record<string, string | undefined> | string[]][] = [
  ['nothing', async () => undefined, { f: text(30), g: 'g\n', gone: 'gone\n', fresh: undefined }],
  [
    'an edit in another place of the same file',
    (at) => writeFile(at('f'), text(30, [10, 'theirs'], [25, 'mine'])),
    { f: text(30, [25, 'mine']), g: 'g\n', gone: 'gone\n', fresh: undefined },
  ],
  [
    'lines put in above',
    (at) => writeFile(at('f'), `mine\nmine\n${text(30, [10, 'theirs'])}`),
    { f: `mine\nmine\n${text(30)}`, g: 'g\n', gone: 'gone\n' },
  ],
  ['an edit in the same place', (at) => writeFile(at('f'), text(30, [10, 'mine'])), ['f']],
  ['an edit beside it', (at) => writeFile(at('f'), text(30, [10, 'theirs'], [11, 'mine'])), ['f']],
  ['the same taken back by hand', (at) => writeFile(at('f'), text(30)), { f: text(30), g: 'g\n', gone: 'gone\n', fresh: undefined }],
  ['the file deleted', (at) => rm(at('f')), ['f']],
  ['the file renamed, which is followed', (at) => rename(at('f'), at('f2')), { f2: text(30), f: undefined, g: 'g\n', fresh: undefined }],
  ['a new file edited', (at) => writeFile(at('fresh'), 'new\nmine\n'), ['fresh']],
  ['a new file deleted', (at) => rm(at('fresh')), { f: text(30), g: 'g\n', gone: 'gone\n', fresh: undefined }],
  ['a removed file made anew', (at) => writeFile(at('gone'), 'mine\n'), ['gone']],
  ['a removed file brought back', (at) => writeFile(at('gone'), 'gone\n'), { f: text(30), g: 'g\n', gone: 'gone\n' }],
  ['line endings changed', (at) => writeFile(at('f'), text(30, [10, 'theirs']).replaceAll('\n', '\r\n')), ['f']],
  [
    'the end of the last line taken away',
    (at) => writeFile(at('f'), text(30, [10, 'theirs']).trimEnd()),
    { f: text(30).trimEnd(), g: 'g\n' },
  ],
  ['a file made executable', (at) => chmod(at('f'), 0o755), { f: text(30), g: 'g\n', gone: 'gone\n' }],
  ['a file of its own', (at) => writeFile(at('mine'), 'mine\n'), { f: text(30), g: 'g\n', mine: 'mine\n', fresh: undefined }],
];

describe('undo after', () => {
  it.each(rows)('%s', async (_, edit, expected) => {
    const store = await scratchStore();
    const at = (name: string) => join(store.root, name);
    await put(store.root, before);
    const { tree: base } = await store.capture();
    const [candidate = ''] = await treesOf(store.gitDir, [applied]);
    const done = await planApply(store, { base, candidate, selection: 'all' });
    await writeChanges(store, done.before, done.after, { paths: done.paths });
    await edit(at);
    const theirs = await snapshotOf(store.root);
    const left = (await readdir(store.root)).filter((name) => name !== '.massgen');
    const modes: Record<string, number> = {};
    for (const name of left)
      if (!Array.isArray(expected) && expected[name] !== undefined) modes[name] = (await stat(at(name))).mode & 0o777;

    const plan = await planUndo(store, done);
    expect(await snapshotOf(store.root)).toEqual(theirs);
    if (Array.isArray(expected)) {
      expect(plan).toMatchObject({ conflicts: expected.map((path) => ({ path })), after: plan.before, paths: [] });
      return;
    }
    expect(plan.conflicts).toEqual([]);
    await writeChanges(store, plan.before, plan.after, { paths: plan.paths });
    for (const [name, content] of Object.entries(expected))
      expect(await readFile(at(name), 'utf8').catch(() => undefined), name).toBe(content);
    // The permissions are as the person left them.
    const permissions = async (name: string) => (await stat(at(name))).mode & 0o777;
    expect(await Promise.all(Object.keys(modes).map(permissions))).toEqual(Object.values(modes));
  });
});
