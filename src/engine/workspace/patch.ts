/** Reads git's patch of two trees: which hunks each changed file has, in git's order and with git's ranges. */
import type { TreeId } from '../../protocol/events.js';
import { git } from './git.js';
import { FIXED, type RawChange, RENAMES, rawChange } from './raw.js';

/** A run of lines of the first file and what stands there in the second; line numbers count from 1. */
export interface Hunk {
  /** Counts from 1 in each file, as `massgen diff` prints them from top to bottom. */
  number: number;
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** ' ', '-' or '+' for each line, in order. */
  signs: string;
  /** Where the lines of the hunk are in the patch text. */
  body: { start: number; end: number };
}

export interface PatchFile extends RawChange {
  binary: boolean;
  hunks: Hunk[];
  /** Where the file's part of the patch is in the text. */
  part: { start: number; end: number };
}

export interface Patch {
  /** One character a byte (latin1), so that no encoding is guessed. */
  text: string;
  files: PatchFile[];
}

export interface PatchOptions {
  context?: number;
  signal?: AbortSignal;
}

/** The options that every patch of the store is made with; `massgen diff` and the numbering of hunks must not differ in one. */
export const PATCH_OPTIONS = [
  '-r',
  '-p',
  `-M${RENAMES}%`,
  '--no-abbrev',
  '--full-index',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--src-prefix=a/',
  '--dst-prefix=b/',
] as const;

export async function patchOf(gitDir: string, from: TreeId, to: TreeId, options: PatchOptions = {}): Promise<Patch> {
  if (from === to) return { text: '', files: [] };
  const args = [...FIXED, 'diff-tree', ...PATCH_OPTIONS, '--raw', `-U${options.context ?? 3}`, from, to];
  const out = await git(args, { gitDir, ...(options.signal && { signal: options.signal }) });
  return readPatch(Buffer.from(out.buffer, out.byteOffset, out.byteLength).toString('latin1'));
}

/** The patch alone, for reading: what is not UTF-8 is shown as U+FFFD. Invariant: it is `diff` of the same trees. */
export const readable = ({ text, files: [first] }: Patch): string =>
  first === undefined ? '' : Buffer.from(text.slice(first.part.start), 'latin1').toString('utf8');

/**
 * Reads `git diff-tree --raw -p`: raw lines, an empty line, then one part for each raw line (two for a changed type).
 *
 * Not `parsePatch` of the `diff` package: names come from the raw lines, which are exact where `diff --git` lines are
 * ambiguous, binary patches and lines in no known encoding pass through, and only ranges are taken from the hunks:
 * contents are cut out of the two files themselves.
 */
function readPatch(text: string): Patch {
  const files: PatchFile[] = [];
  let at = 0;
  while (text[at] === ':') {
    const end = lineEnd(text, at);
    files.push({ ...rawLine(text.slice(at, end - 1)), binary: false, hunks: [], part: { start: 0, end: 0 } });
    at = end;
  }
  if (files.length > 0) at = lineEnd(text, at);
  for (const file of files) {
    file.part.start = at;
    for (let parts = file.status === 'T' ? 2 : 1; parts > 0; parts--) at = readPart(text, at, file);
    file.part.end = at;
  }
  if (at !== text.length) throw new Error(`git diff-tree printed more than can be read, from byte ${at} on`);
  return { text, files };
}

/** Reads one `diff --git` part into `file` and gives where the next one starts. */
function readPart(text: string, start: number, file: PatchFile): number {
  if (!text.startsWith('diff --git ', start)) throw new Error(`git diff-tree printed no patch for ${file.path}`);
  let at = lineEnd(text, start);
  while (at < text.length && !text.startsWith('diff --git ', at)) {
    if (text.startsWith('@@ ', at)) {
      const hunk = readHunk(text, at, file.hunks.length + 1);
      file.hunks.push(hunk);
      at = hunk.body.end;
    } else {
      if (text.startsWith('Binary files ', at) || text.startsWith('GIT binary patch', at)) file.binary = true;
      at = lineEnd(text, at);
    }
  }
  return at;
}

/** The hunk whose head (`@@ … @@`) begins at `start`. */
export function readHunk(text: string, start: number, number: number): Hunk {
  const bodyStart = lineEnd(text, start);
  const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text.slice(start, Math.min(bodyStart, start + 80)));
  if (!match) throw new Error(`git diff-tree printed a hunk that cannot be read, at byte ${start}`);
  const count = (digits: string | undefined) => (digits === undefined ? 1 : Number(digits));
  const hunk = { oldStart: Number(match[1]), oldLines: count(match[2]), newStart: Number(match[3]), newLines: count(match[4]) };
  let [old, fresh, at, signs] = [hunk.oldLines, hunk.newLines, bodyStart, ''];
  while (old > 0 || fresh > 0) {
    const sign = text[at];
    if (sign !== ' ' && sign !== '-' && sign !== '+' && sign !== '\\')
      throw new Error(`git diff-tree printed a hunk cut short, at byte ${at}`);
    if (sign === ' ' || sign === '-') old--;
    if (sign === ' ' || sign === '+') fresh--;
    if (sign !== '\\') signs += sign;
    at = lineEnd(text, at);
  }
  if (text[at] === '\\') at = lineEnd(text, at);
  return { number, ...hunk, signs, body: { start: bodyStart, end: at } };
}

function rawLine(line: string): RawChange {
  const [head = '', first, second] = line.split('\t');
  return rawChange(head, first === undefined ? undefined : unquote(first), second === undefined ? undefined : unquote(second));
}

const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', '"': '"', '\\': '\\' };

/** Undoes git's C-style quoting of a path. */
function unquote(path: string): string {
  if (!path.startsWith('"')) return path;
  const bytes = path
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The index after the line that `at` is in. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}
