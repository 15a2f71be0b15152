/** `read_file`: a text file, or lines of it. */
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { capLine } from './cap.js';
import { openHeld } from './held.js';
import { done, onPath, refused } from './outcome.js';
import { decodeText, isBinary, kindOfBinary, linesOf, readUpTo, sizeOf } from './text-file.js';
import type { Tool, ToolResult } from './tool.js';

const defaultLines = 2000;
const maxCharacters = 64_000;
const maxLineCharacters = 2000;
/** Above this a file is not decoded as a whole. */
const maxWhole = 8 * 1024 * 1024;
const maxScanned = 512 * 1024 * 1024;

const input = z.strictObject({
  path: z.string().describe('The file, relative to your workspace.'),
  offset: z.number().int().min(1).optional().describe('The first line to read, counted from 1.'),
  limit: z.number().int().min(1).optional().describe(`How many lines to read; ${defaultLines} where absent.`),
});

export const readFile: Tool<z.infer<typeof input>> = {
  name: 'read_file',
  description: 'Reads a text file, or some lines of it. The text comes as it is, after a line that says which lines it is.',
  input,
  effect: 'read',
  run: ({ path, offset = 1, limit = defaultLines }, context) =>
    onPath(context, path, 'read', async (file) => {
      const handle = await openHeld(file);
      try {
        const stat = await handle.stat();
        if (stat.isDirectory()) return refused(`"${file.shown}" is a folder; list_files shows what is in it.`);
        if (!stat.isFile()) return refused(`"${file.shown}" is a device or pipe, not a file.`);
        const window = { shown: file.shown, offset, limit };
        return stat.size > maxWhole
          ? await readLarge(handle, stat.size, window, context.signal)
          : await readWhole(handle, stat.size, window);
      } finally {
        await handle.close();
      }
    }),
};

interface Window {
  shown: string;
  offset: number;
  limit: number;
}

async function readWhole(handle: FileHandle, size: number, window: Window): Promise<ToolResult> {
  // Some files (in /proc, or one that is being written) hold more than their size says.
  const bytes = await readUpTo(handle, 0, size + 4096);
  const file = decodeText(bytes);
  if (file === undefined) return refused(binary(window.shown, bytes, bytes.length));
  if (file.text === '') return done(`${window.shown}: empty file`);
  const lines = linesOf(file.text);
  const chosen = lines.slice(window.offset - 1, window.offset - 1 + window.limit);
  const note = file.lossy ? ', not valid UTF-8: bytes that are no text are shown as \ufffd' : '';
  return present(window, chosen, lines.length, note);
}

function present(window: Window, chosen: readonly string[], total: number, note: string): ToolResult {
  if (chosen.length === 0) return refused(`"${window.shown}" has ${total} lines; there is no line ${window.offset}.`);
  const kept: string[] = [];
  let characters = 0;
  for (const line of chosen) {
    const shown = capLine(line, maxLineCharacters);
    characters += shown.length + 1;
    if (characters > maxCharacters && kept.length > 0) break;
    kept.push(shown);
  }
  const last = window.offset + kept.length - 1;
  const more = last < total ? `; go on with offset ${last + 1}` : '';
  return done(`${window.shown}: lines ${window.offset}-${last} of ${total}${more}${note}\n${kept.join('\n')}`);
}

/** Finds the lines of a large file by its line ends, without decoding the rest. */
async function readLarge(handle: FileHandle, size: number, window: Window, signal: AbortSignal): Promise<ToolResult> {
  const head = await readUpTo(handle, 0, 8000);
  if (isBinary(head)) return refused(binary(window.shown, head, size));
  if (size > maxScanned)
    return refused(`"${window.shown}" is ${sizeOf(size)}, which is too large to read; use search, or a command such as sed -n.`);
  const { start, end, total } = await findLines(handle, size, window, signal);
  if (start === undefined) return present(window, [], total, '');
  const bytes = await readUpTo(handle, start, Math.min(end - start, maxWhole));
  return present(window, linesOf(bytes.toString('utf8')), total, '');
}

async function findLines(
  handle: FileHandle,
  size: number,
  window: Window,
  signal: AbortSignal,
): Promise<{ start?: number; end: number; total: number }> {
  const chunk = 1024 * 1024;
  let line = 1;
  let start = window.offset === 1 ? 0 : undefined;
  let end = size;
  let lastEnd = 0;
  for (let position = 0; position < size; position += chunk) {
    signal.throwIfAborted();
    const bytes = await readUpTo(handle, position, chunk);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
      line += 1;
      lastEnd = position + at + 1;
      if (line === window.offset && lastEnd < size) start = lastEnd;
      if (line === window.offset + window.limit) end = lastEnd;
    }
  }
  const total = lastEnd >= size ? line - 1 : line;
  return start === undefined ? { end, total } : { start, end, total };
}

const binary = (shown: string, head: Buffer, size: number): string => `"${shown}" is not text: ${kindOfBinary(head)}, ${sizeOf(size)}.`;
