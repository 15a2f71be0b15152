/** `edit_file`: exact text of a file, replaced. */
import { z } from 'zod';
import { openHeld } from './held.js';
import { nearest } from './nearest.js';
import { done, onPath, plural, refused } from './outcome.js';
import { replaceFile } from './replace-file.js';
import { decodeText, encodeText, kindOfBinary, readUpTo, sizeOf, type TextFile } from './text-file.js';
import type { Tool } from './tool.js';
import { countChange } from './write-file.js';

const maxBytes = 16 * 1024 * 1024;

const input = z.strictObject({
  path: z.string().describe('The file, relative to your workspace.'),
  old_text: z
    .string()
    .describe(
      'The text to replace, exactly as it stands in the file, white space included. It must occur once, unless replace_all is set.',
    ),
  new_text: z.string().describe('The text to put in its place.'),
  replace_all: z.boolean().optional().describe('Replace every occurrence.'),
});

export const editFile: Tool<z.infer<typeof input>> = {
  name: 'edit_file',
  description: 'Replaces exact text in a file. Give enough of the lines around it for old_text to occur only once.',
  input,
  effect: 'write',
  run: ({ path, old_text, new_text, replace_all = false }, context) =>
    onPath(context, path, 'write', async (file) => {
      if (old_text === '')
        return refused('old_text is empty. Use write_file for a new file, or give the text that the new text goes beside.');
      if (old_text === new_text) return refused('old_text and new_text are the same; nothing would change.');
      const handle = await openHeld(file);
      let read: TextFile | string;
      try {
        const stat = await handle.stat();
        if (stat.isDirectory()) return refused(`"${file.shown}" is a folder, not a file.`);
        read =
          stat.size > maxBytes
            ? `"${file.shown}" is ${sizeOf(stat.size)}, which is too large to edit here.`
            : readable(file.shown, await readUpTo(handle, 0, stat.size + 1));
      } finally {
        await handle.close();
      }
      if (typeof read === 'string') return refused(read);
      const edit = replaceText(read.text, old_text, new_text, replace_all);
      if ('why' in edit) return refused(`${file.shown}: ${edit.why}`);
      await replaceFile(file, encodeText(edit.text, read));
      const size = countChange(read.text, edit.text);
      const where = edit.lines.length === 1 ? `line ${edit.lines[0]}` : `${plural(edit.lines.length, 'place')}: lines ${some(edit.lines)}`;
      return done(`Edited ${file.shown} at ${where}${size === undefined ? '' : ` (${size})`}.`, [file.inWorkspace ?? file.shown]);
    }),
};

function readable(shown: string, bytes: Buffer): TextFile | string {
  const file = decodeText(bytes);
  if (file === undefined) return `"${shown}" is not text: ${kindOfBinary(bytes)}, ${sizeOf(bytes.length)}.`;
  if (file.lossy) return `"${shown}" is not valid UTF-8, so that editing it here would damage it; use a command.`;
  return file;
}

type Edit = { text: string; lines: number[] } | { why: string };

/** Replaces `from` in `text`. Invariant: a file whose lines end in CRLF keeps them so, whichever line ends the two texts are given with. */
function replaceText(text: string, from: string, to: string, all: boolean): Edit {
  const found = occurrences(text, from);
  if (found.length === 0 && text.includes('\r\n') && bareLineEnd.test(from)) {
    const crlf = withCrlf(from);
    if (occurrences(text, crlf).length > 0) return replaceText(text, crlf, withCrlf(to), all);
  }
  if (found.length === 0) return { why: `old_text was not found. ${nearest(text, from)}` };
  if (found.length > 1 && !all) {
    const lines = found.map((at) => lineAt(text, at));
    return {
      why: `old_text occurs ${found.length} times, at lines ${some(lines)}. Give more of the lines around the one you mean, or set replace_all.`,
    };
  }
  const places = apart(found, from.length);
  const crlfOnly = text.includes('\r\n') && !bareLineEnd.test(text);
  return { text: spliced(text, places, from.length, crlfOnly ? withCrlf(to) : to), lines: places.map((at) => lineAt(text, at)) };
}

const bareLineEnd = /(^|[^\r])\n/;
const withCrlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');

/** Every place it occurs at, overlapping ones too: `aa` occurs twice in `aaa`, and which is meant is not known. */
function occurrences(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

function apart(found: readonly number[], length: number): number[] {
  const places: number[] = [];
  for (const at of found) if (at >= (places.at(-1) ?? -length) + length) places.push(at);
  return places;
}

function spliced(text: string, places: readonly number[], length: number, to: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const at of places) {
    pieces.push(text.slice(from, at), to);
    from = at + length;
  }
  return pieces.join('') + text.slice(from);
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

const some = (lines: readonly number[]): string => (lines.length > 10 ? `${lines.slice(0, 10).join(', ')} …` : lines.join(', '));
