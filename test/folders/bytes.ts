/** Names and contents of the corpus as bytes. */
import { createHash } from 'node:crypto';
import type { Content } from './row.js';

/** U+DC80 to U+DCFF stand for bytes that are no UTF-8, as Python has it. */
export function pathBytes(path: string): Buffer {
  const parts = [...path].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

/** A path as the lists have it: one character a byte. */
export const keyOf = (path: string): string => pathBytes(path).toString('latin1');

export function contentBytes(content: Content): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.alloc(content.size, content.of);
}

/** The id that git gives a file of this content. */
export const blobId = (bytes: Uint8Array, format: 'sha1' | 'sha256'): string =>
  createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
