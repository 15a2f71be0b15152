/** The hunks of one changed file with their lines, as git computes them from the two blobs. */
import { isUtf8 } from 'node:buffer';
import { devNull } from 'node:os';
import type { HunkDiff } from '../../protocol/review.js';
import { git } from './git.js';
import { type Hunk, lineEnd, type Patch, type PatchFile, readHunk } from './patch.js';
import { type Entry, FIXED, isRepository } from './raw.js';
import { writeBlob } from './trees.js';

/** A hunk as it is read: lines with their sign, without their line end. */
export type TextHunk = Omit<HunkDiff, 'numbers' | 'same' | 'differently'>;

export interface FileHunksOptions {
  ignoreWhitespace?: boolean;
  signal?: AbortSignal;
}

/** Files of a tree before and after; an entry is absent where the file is. */
export interface Versions {
  old?: Entry;
  new?: Entry;
}

/**
 * The hunks between two versions, numbered as the patch of whole trees numbers them (without `ignoreWhitespace`).
 * A version that is absent counts as empty; what became something else (a file, a link) goes and comes: two hunks.
 * Binary files and repositories have none.
 */
export async function fileHunks(gitDir: string, { old, new: fresh }: Versions, options: FileHunksOptions = {}): Promise<TextHunk[]> {
  if (isRepository(old) || isRepository(fresh)) return [];
  if (old && fresh && kindOf(old) !== kindOf(fresh)) {
    const parts = [await fileHunks(gitDir, { old }, options), await fileHunks(gitDir, { new: fresh }, options)];
    return parts.flat().map((hunk, at) => ({ ...hunk, number: at + 1 }));
  }
  const [from, to] = await Promise.all([old?.id ?? writeBlob(gitDir, EMPTY), fresh?.id ?? writeBlob(gitDir, EMPTY)]);
  if (from === to) return [];
  const shape = ['-p', '-U3', '--no-ext-diff', '--no-textconv', '--no-color', ...(options.ignoreWhitespace ? ['-w'] : [])];
  return readHunks(
    await git([...FIXED, 'diff', `-O${devNull}`, ...shape, from, to], { gitDir, ...(options.signal && { signal: options.signal }) }),
  );
}

const EMPTY = new Uint8Array();

/** Whether it is a file or a link; the executable bit makes no other file. */
const kindOf = (entry: Entry): string => entry.mode.slice(0, 2);

/** The same for a file of a patch of whole trees, whose one process read all of its files. */
export function patchHunks({ text }: Patch, { old, new: fresh, part, hunks }: PatchFile): TextHunk[] {
  if (isRepository(old) || isRepository(fresh) || hunks.length === 0) return [];
  const own = text.slice(part.start, part.end);
  const bytes = Buffer.from(own, 'latin1');
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  return hunks.map(({ body, ...hunk }) =>
    withLines({ ...hunk, body: { start: body.start - part.start, end: body.end - part.start } }, own, bytes, encoding),
  );
}

/** `text`: the bytes, one character each. */
function withLines({ body, signs: _, ...hunk }: Hunk, text: string, bytes: Buffer, encoding: BufferEncoding): TextHunk {
  const lines: string[] = [];
  for (let line = body.start; line < body.end; line = lineEnd(text, line)) {
    const end = lineEnd(text, line);
    lines.push(bytes.toString(encoding, line, text[end - 1] === '\n' ? end - 1 : end));
  }
  return { ...hunk, lines };
}

/** Lines in no known encoding are read byte by byte, so that none is lost. */
function readHunks(out: Uint8Array): TextHunk[] {
  const bytes = Buffer.from(out.buffer, out.byteOffset, out.byteLength);
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const text = bytes.toString('latin1');
  const hunks: TextHunk[] = [];
  let at = text.startsWith('@@ ') ? 0 : text.indexOf('\n@@ ') + 1;
  while (text.startsWith('@@ ', at)) {
    const hunk = readHunk(text, at, hunks.length + 1);
    hunks.push(withLines(hunk, text, bytes, encoding));
    at = hunk.body.end;
  }
  return hunks;
}
