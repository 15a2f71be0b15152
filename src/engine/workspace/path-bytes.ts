/** Paths as git has them: bytes, of which only most are UTF-8. */
import { join } from 'node:path';

/** A path relative to a root, with forward slashes and one character for each byte (latin1), so that no byte is lost. */
export type PathBytes = string;

// biome-ignore lint/suspicious/noControlCharactersInRegex: every byte but those above 127, control characters too.
const ASCII = /^[\x00-\x7f]*$/;

/** What the file system is asked for. */
export function inFolder(root: string, path: PathBytes): string | Buffer {
  return ASCII.test(path) ? join(root, path) : Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

/** As a person reads it. */
export const readable = (path: PathBytes): string => (ASCII.test(path) ? path : Buffer.from(path, 'latin1').toString('utf8'));

export const bytesOf = (path: string): PathBytes => (ASCII.test(path) ? path : Buffer.from(path, 'utf8').toString('latin1'));

/** Whether a name in a tree leads out of the folder that the tree is laid out in, or into what makes it a repository. Git itself makes no such tree. */
export function isUnsafeName(name: string, platform: NodeJS.Platform = process.platform): boolean {
  if (/^\.{0,2}$|[/\0]/.test(name)) return true;
  const folded = platform === 'win32' || platform === 'darwin' ? name.toLowerCase() : name;
  return folded === '.git' || (platform === 'win32' && /[\\:]/.test(name));
}

/** The same of any of the names of a path. */
export const isUnsafePath = (path: string): boolean => MAY_BE_UNSAFE.test(path) && path.split('/').some((name) => isUnsafeName(name));
/** Nearly no path is looked at name by name. */
const MAY_BE_UNSAFE = /(^|\/)([./\0]|$)|[\\:\0]/;

/** Fields of `-z` output. */
export function fieldsOf(out: Uint8Array): PathBytes[] {
  const fields = Buffer.from(out.buffer, out.byteOffset, out.byteLength).toString('latin1').split('\0');
  if (fields.at(-1) === '') fields.pop();
  return fields;
}

/** Paths as `-z --stdin` takes them. */
export const linesOf = (paths: Iterable<PathBytes>): Uint8Array => Buffer.from([...paths].map((path) => `${path}\0`).join(''), 'latin1');
