/** A store in memory for tests of evidence: trees are tables of files. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileChange, Store } from '../../../src/engine/workspace/store.js';

export type Files = Readonly<Record<string, string>>;
export type FakeStore = Pick<Store, 'home' | 'folder' | 'root' | 'changes' | 'overlay' | 'read' | 'checkout' | 'putBlob' | 'getBlob'> & {
  tree(files: Files): string;
  filesOf(tree: string): Files;
};

export function fakeStore(folder: string): FakeStore & Store {
  const trees = new Map<string, Files>();
  const blobs = new Map<string, Uint8Array>();
  const filesOf = (tree: string): Files => {
    const files = trees.get(tree);
    if (!files) throw new Error(`no tree ${tree}`);
    return files;
  };
  const idOf = (value: string): string => createHash('sha1').update(value).digest('hex');
  const tree = (files: Files): string => {
    const id = idOf(JSON.stringify(Object.entries(files).sort()));
    trees.set(id, files);
    return id;
  };
  const store: FakeStore = {
    folder,
    root: folder,
    home: join(folder, '.massgen'),
    tree,
    filesOf,
    async changes(from, to) {
      const [before, after] = [filesOf(from), filesOf(to)];
      const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path]);
      return paths.map((path): FileChange => {
        const kind = before[path] === undefined ? 'added' : after[path] === undefined ? 'deleted' : 'modified';
        return { path, kind, binary: false, added: 1, removed: 1 };
      });
    },
    async overlay(base, other, paths) {
      const files = { ...filesOf(base) };
      for (const path of paths) {
        const content = filesOf(other)[path];
        if (content === undefined) delete files[path];
        else files[path] = content;
      }
      return tree(files);
    },
    async read(id, paths) {
      const files = filesOf(id);
      return new Map(paths.flatMap((path) => (files[path] === undefined ? [] : [[path, Buffer.from(files[path])]])));
    },
    async checkout(id, to, options) {
      options?.signal?.throwIfAborted();
      for (const [path, content] of Object.entries(filesOf(id))) {
        mkdirSync(dirname(join(to, path)), { recursive: true });
        writeFileSync(join(to, path), content);
        if (content.startsWith('#!')) chmodSync(join(to, path), 0o755);
      }
      mkdirSync(to, { recursive: true });
      return { root: to, cwd: to, env: {}, linkedRoots: [], [Symbol.asyncDispose]: async () => undefined };
    },
    async putBlob(bytes) {
      const id = idOf(bytes.toString());
      blobs.set(id, Buffer.from(bytes));
      return id;
    },
    async getBlob(id) {
      return blobs.get(id) ?? Buffer.from('');
    },
  };
  // The rest of a store is nothing that evidence uses; a call of it fails the test.
  return store as FakeStore & Store;
}
