/** Reads a file as text and writes it back the way it was encoded. */
import type { FileHandle } from 'node:fs/promises';

export interface TextFile {
  text: string;
  encoding: 'utf8' | 'utf16le' | 'utf16be';
  /** A byte order mark stood in front; it is not in `text`. */
  bom: boolean;
  /** Bytes that are not valid in the encoding were replaced: it must not be written back. */
  lossy: boolean;
}

/** Text as the model sees it, or undefined where the bytes are no text. */
export function decodeText(bytes: Buffer): TextFile | undefined {
  if (startsWith(bytes, [0xff, 0xfe]) && !startsWith(bytes, [0xff, 0xfe, 0, 0]))
    return decodeAs('utf16le', 'utf-16le', bytes.subarray(2), true);
  if (startsWith(bytes, [0xfe, 0xff])) return decodeAs('utf16be', 'utf-16le', swapped(bytes.subarray(2)), true);
  if (isBinary(bytes)) return undefined;
  const bom = startsWith(bytes, [0xef, 0xbb, 0xbf]);
  return decodeAs('utf8', 'utf-8', bom ? bytes.subarray(3) : bytes, bom);
}

function decodeAs(encoding: TextFile['encoding'], label: string, bytes: Buffer, bom: boolean): TextFile {
  try {
    return { text: new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes), encoding, bom, lossy: false };
  } catch {
    // Not valid in its encoding (Latin-1, say): shown with replacement characters, and marked so.
    return { text: new TextDecoder(label, { ignoreBOM: true }).decode(bytes), encoding, bom, lossy: true };
  }
}

/** The bytes of `text`, encoded and marked as `like` was. */
export function encodeText(text: string, like: Pick<TextFile, 'encoding' | 'bom'>): Buffer {
  const marked = like.bom ? `\ufeff${text}` : text;
  if (like.encoding === 'utf8') return Buffer.from(marked, 'utf8');
  const little = Buffer.from(marked, 'utf16le');
  return like.encoding === 'utf16le' ? little : swapped(little);
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).swap16();
}

/** A NUL among the first bytes, as git decides it. */
export const isBinary = (bytes: Buffer): boolean => bytes.subarray(0, 8000).includes(0);

const startsWith = (bytes: Buffer, prefix: readonly number[]): boolean => prefix.every((byte, index) => bytes[index] === byte);

/** Lines without their ends. A last line end ends a line, it does not start one. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

/** Reads at most `limit` bytes from `position`. */
export async function readUpTo(handle: FileHandle, position: number, limit: number): Promise<Buffer> {
  const buffer = Buffer.alloc(limit);
  let filled = 0;
  while (filled < limit) {
    const { bytesRead } = await handle.read(buffer, filled, limit - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

const kinds: readonly (readonly [string, string, number?])[] = [
  ['\x89PNG', 'PNG image'],
  ['\xff\xd8\xff', 'JPEG image'],
  ['GIF8', 'GIF image'],
  ['WEBP', 'WebP image', 8],
  ['BM', 'BMP image'],
  ['%PDF', 'PDF document'],
  ['PK\x03\x04', 'ZIP archive (or a document packed as one)'],
  ['\x1f\x8b', 'gzip archive'],
  ['\x7fELF', 'ELF program'],
  ['MZ', 'Windows program'],
  ['\xcf\xfa\xed\xfe', 'macOS program'],
  ['\0asm', 'WebAssembly module'],
  ['SQLite format 3', 'SQLite database'],
  ['ID3', 'MP3 audio'],
  ['OggS', 'Ogg audio or video'],
  ['WAVE', 'WAV audio', 8],
  ['ftyp', 'MP4 video', 4],
  ['wOF2', 'WOFF2 font'],
  ['\xca\xfe\xba\xbe', 'Java class file'],
];

/** What binary bytes are, by how they start. */
export function kindOfBinary(bytes: Buffer): string {
  const head = bytes.subarray(0, 64).toString('latin1');
  return kinds.find(([magic, , at = 0]) => head.startsWith(magic, at))?.[1] ?? 'binary file';
}

export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
