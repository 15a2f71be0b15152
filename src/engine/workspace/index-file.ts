/** Git's index file (versions 2 and 3), read for the times it holds and made without hashing files that were just written. */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import type { Format } from './objects.js';
import type { PathBytes } from './path-bytes.js';
import { isFolder, type TreeNode } from './tree-node.js';

/** What an index says of a file, ten numbers of 32 bits: ctime and mtime (seconds, nanoseconds), dev, ino, mode, uid, gid, size. */
export const STAT_FIELDS = { ctime: 0, ctimeNs: 1, mtime: 2, mtimeNs: 3, dev: 4, ino: 5, mode: 6, uid: 7, gid: 8, size: 9 } as const;
export const STATS = 10;

/** The modes that a tree's files have. */
export const MODES: Readonly<Record<string, number>> = { '100644': 0o100644, '100755': 0o100755, '120000': 0o120000, '160000': 0o160000 };

export interface IndexEntry {
  path: PathBytes;
  id: string;
  /** Invariant: merged, and with no bit that hides the file from git. */
  plain: boolean;
  stat: Uint32Array;
}

const HEAD = 12;

/** Undefined where it is none, one of another version, or one that only says how it differs from another. */
export function readIndex(bytes: Uint8Array, format: Format): IndexEntry[] | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const idBytes = format === 'sha256' ? 32 : 20;
  if (data.length < HEAD + idBytes || data.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = data.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  const numbers = numbersIn(data);
  // Parts of a text are had at once, where each part of a buffer is a call: most folders are looked at once, by code that has not run before.
  const [text, hex] = [data.toString('latin1'), data.toString('hex')];
  const entries: IndexEntry[] = [];
  const last = data.length - idBytes;
  let at = HEAD;
  for (let left = data.readUInt32BE(8); left > 0; left--) {
    const start = at;
    const name = start + STATS * 4 + idBytes + 2;
    if (name + 2 >= last) return undefined;
    const flags = ((data[name - 2] ?? 0) << 8) | (data[name - 1] ?? 0);
    const extended = (flags & EXTENDED) !== 0;
    const begin = extended ? name + 2 : name;
    const end = text.indexOf('\0', begin);
    if (end < 0 || end >= last) return undefined;
    entries.push({
      path: text.slice(begin, end),
      id: hex.slice(2 * (start + STATS * 4), 2 * (name - 2)),
      plain: !extended && (flags & (ASSUMED | STAGE)) === 0,
      stat: numbers.subarray(start / 4, start / 4 + STATS),
    });
    at = start + padded(end - start);
  }
  return optional(data.subarray(at, last)) ? entries : undefined;
}

/** All of it as numbers of 32 bits; entries begin at multiples of four bytes. */
function numbersIn(data: Buffer): Uint32Array {
  const copy = Buffer.from(new ArrayBuffer(data.length & ~3));
  data.copy(copy);
  return new Uint32Array(inNetworkOrder(copy).buffer);
}

/** Numbers of this machine's order into git's, and back. */
const inNetworkOrder = (bytes: Buffer): Buffer => (endianness() === 'LE' ? bytes.swap32() : bytes);

/** Whether who does not know these extensions may pass them over: their names begin with a capital letter. */
function optional(extensions: Buffer): boolean {
  for (let at = 0; at + 8 <= extensions.length; at += 8 + extensions.readUInt32BE(at + 4)) {
    const [first = 0] = extensions.subarray(at);
    if (first < 0x41 || first > 0x5a) return false;
  }
  return true;
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
  const numbers = new Uint32Array(Math.ceil(total / 4));
  let place = HEAD / 4;
  for (const [number, [path]] of files.entries()) {
    numbers.set(stats.subarray(number * STATS, (number + 1) * STATS), place);
    place += padded(fixed + path.length) / 4;
  }
  const data = inNetworkOrder(Buffer.from(numbers.buffer)).subarray(0, total);
  data.write('DIRC', 0, 'latin1');
  data.writeUInt32BE(2, 4);
  data.writeUInt32BE(files.length, 8);
  let at = HEAD;
  for (const [path, { id }] of files) {
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
