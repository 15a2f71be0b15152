/** `write_file`: a whole file, new or replaced. */
import { diffArrays } from 'diff';
import { z } from 'zod';
import { codeOf } from './file-problem.js';
import { openHeld } from './held.js';
import type { JailedPath } from './jail.js';
import { done, onPath, plural } from './outcome.js';
import { replaceFile } from './replace-file.js';
import { decodeText, linesOf, readUpTo, sizeOf } from './text-file.js';
import type { Tool } from './tool.js';

const input = z.strictObject({
  path: z.string().describe('The file, relative to your workspace. Missing folders are made.'),
  content: z.string().describe('The whole content of the file.'),
});

export const writeFile: Tool<z.infer<typeof input>> = {
  name: 'write_file',
  description: 'Writes a whole file: a new one, or in place of what is there. To change a part of a file use edit_file.',
  input,
  effect: 'write',
  run: ({ path, content }, context) =>
    onPath(context, path, 'write', async (file) => {
      const before = await contentBefore(file);
      const bytes = Buffer.from(content, 'utf8');
      if (before instanceof Buffer && before.equals(bytes)) return done(`${file.shown} holds exactly that already; nothing was changed.`);
      await replaceFile(file, bytes);
      return done(
        before === undefined
          ? `Created ${file.shown} (${plural(linesOf(content).length, 'line')}).`
          : `Replaced ${file.shown} (${change(before, content)}).`,
        [file.inWorkspace ?? file.shown],
      );
    }),
};

const maxCompared = 1024 * 1024;

/** What stands there: undefined where nothing does, `unread` where it is no plain file, too large to be compared, or not readable. */
async function contentBefore(file: JailedPath): Promise<Buffer | 'unread' | undefined> {
  try {
    const handle = await openHeld(file);
    try {
      const stat = await handle.stat();
      return stat.isFile() && stat.size <= maxCompared ? await readUpTo(handle, 0, stat.size + 1) : 'unread';
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    // It may still be replaced; the writing says whether.
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'ENXIO') return 'unread';
    throw error;
  }
}

function change(before: Buffer | 'unread', content: string): string {
  const old = before === 'unread' ? undefined : decodeText(before);
  if (old === undefined) return `now ${sizeOf(Buffer.byteLength(content))}`;
  return countChange(old.text, content) ?? `${plural(linesOf(old.text).length, 'line')} before, ${linesOf(content).length} now`;
}

/** `+3 −1`; undefined where the texts are too far apart to be compared in a moment. */
export function countChange(before: string, after: string): string | undefined {
  const changes = diffArrays(linesOf(before), linesOf(after), { maxEditLength: 1000, timeout: 200 });
  if (changes === undefined) return undefined;
  const count = (kind: 'added' | 'removed') => changes.filter((part) => part[kind]).reduce((sum, part) => sum + part.count, 0);
  return `+${count('added')} −${count('removed')} lines`;
}
