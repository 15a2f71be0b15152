/** Everything that is in a folder, as a list that can be compared. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { blobId } from './bytes.js';

export interface Item {
  kind: 'file' | 'link' | 'folder' | 'special';
  /** Permissions; '' for a link. */
  mode: string;
  /** Of a file or a link: the id of its content. '?' where it may not be read. */
  id: string;
  mtime: number;
}

export type Listing = ReadonlyMap<string, Item>;

/** By path, one character a byte. `but`: paths that are passed over. */
export function listingOf(root: string, format: 'sha1' | 'sha256', but: (path: string) => boolean = () => false): Map<string, Item> {
  const found = new Map<string, Item>();
  const at = (path: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
  const walk = (folder: string): void => {
    for (const name of unlessForbidden(() => readdirSync(at(folder), { encoding: 'buffer' })) ?? []) {
      const path = folder === '' ? name.toString('latin1') : `${folder}/${name.toString('latin1')}`;
      if (but(path)) continue;
      const item = itemAt(at(path), format);
      found.set(path, item);
      if (item.kind === 'folder') walk(path);
    }
  };
  walk('');
  return found;
}

function itemAt(path: Buffer, format: 'sha1' | 'sha256'): Item {
  const stat = lstatSync(path);
  const mode = (stat.mode & 0o7777).toString(8);
  const mtime = stat.mtimeMs;
  if (stat.isSymbolicLink()) return { kind: 'link', mode: '', id: blobId(readlinkSync(path, { encoding: 'buffer' }), format), mtime };
  if (stat.isDirectory()) return { kind: 'folder', mode, id: '', mtime };
  if (!stat.isFile()) return { kind: 'special', mode, id: '', mtime };
  const bytes = unlessForbidden(() => readFileSync(path));
  return { kind: 'file', mode, id: bytes ? blobId(bytes, format) : '?', mtime };
}

function unlessForbidden<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return undefined;
    throw error;
  }
}

/** What differs, in words; '' where nothing does. `say`: what of an item counts. */
export function differences<T>(is: ReadonlyMap<string, T>, should: ReadonlyMap<string, T>, say: (item: T, path: string) => string): string {
  const paths = [...new Set([...is.keys(), ...should.keys()])].sort();
  const told = (item: T | undefined, path: string) => (item === undefined ? 'nothing' : say(item, path));
  const lines = paths.flatMap((path) => {
    const [one, other] = [told(is.get(path), path), told(should.get(path), path)];
    return one === other ? [] : [`${JSON.stringify(path)} is ${one}, not ${other}`];
  });
  return lines.length > 6 ? `${lines.slice(0, 6).join('; ')} … and ${lines.length - 6} more` : lines.join('; ');
}

/** All but when: who writes the same again leaves no trace in it. */
export const asIs = ({ kind, mode, id }: Item): string => [kind, mode, id].filter(Boolean).join(' ');
/** With the time of writing. A folder's changes with what is in it, those of git's objects and shared indexes whenever git reads them. */
export const untouched = (item: Item, path: string): string =>
  item.kind === 'folder' || /(^|[/.])git\/(.+\/)?(objects\/|sharedindex)/.test(path) ? asIs(item) : `${asIs(item)} ${item.mtime}`;
