/** Writes the files of a folder from memory, as often as it is told. */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

interface Content {
  folders: string[];
  files: { path: string; bytes: Uint8Array }[];
}

/** Everything in the folder but its repository, in memory. */
function contentOf(root: string): Content {
  const content: Content = { folders: [], files: [] };
  const walk = (below: string): void => {
    for (const found of readdirSync(join(root, below), { withFileTypes: true })) {
      const path = join(below, found.name);
      if (found.name === '.git' || found.name === '.massgen') continue;
      if (found.isDirectory()) {
        content.folders.push(path);
        walk(path);
      } else content.files.push({ path, bytes: readFileSync(join(root, path)) });
    }
  };
  walk('');
  return content;
}

/** mkdir, open, write, close: no less is possible for one thread. */
function write({ folders, files }: Content, to: readonly string[]): number {
  const start = performance.now();
  for (const root of to) {
    mkdirSync(root);
    for (const folder of folders) mkdirSync(join(root, folder));
    for (const { path, bytes } of files) {
      const file = openSync(join(root, path), 'w');
      writeSync(file, bytes);
      closeSync(file);
    }
  }
  return performance.now() - start;
}

const content = contentOf(process.argv[2] ?? '');
process.on('message', (to: string[]) => process.send?.(write(content, to)));
process.send?.({ files: content.files.length, bytes: content.files.reduce((sum, { bytes }) => sum + bytes.length, 0) });
