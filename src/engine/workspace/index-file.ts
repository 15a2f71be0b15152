/** Git's index file (versions 2 and 3), read for the times it holds and made without hashing files that were just written. */
import { createHash } from 'node:crypto';
import type { Format } from './objects.js';
import type { PathBytes } from './path-bytes.js';
import { isFolder, type TreeNode } from './tree-node.js';

/** What an index says of a file, ten numbers of 32 bits: ctime and mtime (seconds, nanoseconds), dev, ino, mode, uid, gid, size. */
export const STAT_FIELDS = { ctime: 0, ctimeNs: 1, mtime: 2, mtimeNs: 3, dev: 4, ino: 5, mode: 6, uid: 7, gid: 8, size: 9 } as const;
export const STATS = 10;

export interface IndexEntry {
  path: PathBytes;
  id: string;
  /** Invariant: merged, and with no bit that hides the file from git. */
  plain: boolean;
  stat: Uint32Array;
}

const HEAD = 12;

/** Undefined where it is none, or one of another version. */
export function readIndex(bytes: Uint8Array, format: Format): IndexEntry[] | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.length < HEAD || data.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = data.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  const idBytes = format === 'sha256' ? 32 : 20;
  const entries: IndexEntry[] = [];
  let at = HEAD;
  for (let left = data.readUInt32BE(8); left > 0; left--) {
    const start = at;
    const stat = new Uint32Array(STATS);
    for (let field = 0; field < STATS; field++) stat[field] = data.readUInt32BE(start + field * 4);
    const flags = data.readUInt16BE(start + STATS * 4 + idBytes);
    const extended = (flags & EXTENDED) !== 0;
    const name = start + STATS * 4 + idBytes + (extended ? 4 : 2);
    const end = data.indexOf(0, name);
    const id = data.toString('hex', start + STATS * 4, start + STATS * 4 + idBytes);
    entries.push({ path: data.toString('latin1', name, end), id, plain: !extended && (flags & (ASSUMED | STAGE)) === 0, stat });
    at = start + padded(end - start);
  }
  return entries;
}

const ASSUMED = 0x8000;
const EXTENDED = 0x4000;
const STAGE = 0x3000;
const NAME = 0x0fff;

/** Names end in one to eight zero bytes. */
const padded = (length: number): number => (length + 8) & ~7;

/**
 * An index of `tree`, its files in git's order with their stats in `stats` (ten numbers each). It has the trees' ids in it, so that no
 * tree need be worked out. Invariant: a file with a size of 0 and no time is one that git reads before it trusts it.
 */
export function makeIndex(
  tree: TreeNode,
  files: readonly (readonly [PathBytes, { id: string }])[],
  stats: Uint32Array,
  format: Format,
): Uint8Array {
  const idBytes = format === 'sha256' ? 32 : 20;
  const fixed = STATS * 4 + idBytes + 2;
  const extension = treeExtension(tree);
  const total = HEAD + files.reduce((sum, [path]) => sum + padded(fixed + path.length), 0) + extension.length + idBytes;
  const data = Buffer.alloc(total);
  data.write('DIRC', 0, 'latin1');
  data.writeUInt32BE(2, 4);
  data.writeUInt32BE(files.length, 8);
  let at = HEAD;
  for (const [number, [path, { id }]] of files.entries()) {
    for (let field = 0; field < STATS; field++) data.writeUInt32BE(stats[number * STATS + field] ?? 0, at + field * 4);
    data.write(id, at + STATS * 4, 'hex');
    data.writeUInt16BE(Math.min(path.length, NAME), at + STATS * 4 + idBytes);
    data.write(path, at + fixed, 'latin1');
    at += padded(fixed + path.length);
  }
  extension.copy(data, at);
  createHash(format)
    .update(data.subarray(0, total - idBytes))
    .digest()
    .copy(data, total - idBytes);
  return data;
}

/** The cached trees: for each folder its name, how many files and folders it has, and its id. */
function treeExtension(tree: TreeNode): Buffer {
  const parts: Buffer[] = [];
  const add = (node: TreeNode, name: PathBytes): number => {
    const place = parts.push(Buffer.alloc(0)) - 1;
    let files = 0;
    let folders = 0;
    for (const [childName, child] of node.children) {
      if (isFolder(child)) {
        files += add(child, childName);
        folders++;
      } else files++;
    }
    parts[place] = Buffer.concat([Buffer.from(`${name}\0${files} ${folders}\n`, 'latin1'), Buffer.from(node.id, 'hex')]);
    return files;
  };
  add(tree, '');
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.write('TREE', 0, 'latin1');
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}
