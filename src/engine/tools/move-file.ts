/** `move_file`: a file or folder to another name. */
import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { renameOver } from '../process/rename-over.js';
import { codeOf } from './file-problem.js';
import { inParent } from './held.js';
import { isInside, type JailedPath } from './jail.js';
import { done, onPath, refused } from './outcome.js';
import type { Tool, ToolResult } from './tool.js';

const input = z.strictObject({
  from: z.string().describe('The file or folder, relative to your workspace.'),
  to: z.string().describe('Its new path. Nothing may be there yet; missing folders are made.'),
});

/** Invariant: both ends are resolved for writing, so that nothing is moved out of what is read-only, nor over anything. */
export const moveFile: Tool<z.infer<typeof input>> = {
  name: 'move_file',
  description: 'Moves or renames a file or a folder inside your workspace. It never overwrites.',
  input,
  effect: 'write',
  run: ({ from, to }, context) =>
    onPath(context, from, 'entry', async (source) => {
      if ((await existing(source.absolute)) === undefined) return refused(`"${source.shown}" does not exist.`);
      return onPath(context, to, 'entry', (target) => move(source, target));
    }),
};

async function move(source: JailedPath, target: JailedPath): Promise<ToolResult> {
  if (isInside(source.absolute, target.absolute) && source.absolute !== target.absolute)
    return refused(`"${source.shown}" cannot be moved into itself.`);
  return inParent(source, false, async (from) => {
    const moved = await existing(from);
    if (moved === undefined) return refused(`"${source.shown}" does not exist.`);
    return inParent(target, true, async (to) => {
      const there = await existing(to);
      if (there !== undefined && !(isSpelledAlike(source, target) && (await isUnlisted(to))))
        return refused(occupied(target, there.isDirectory()));
      const files = moved.isDirectory() ? await filesIn(from) : [''];
      await renameOver(from, to);
      const wrote = [source, target].flatMap((end) => files.map((file) => joined(end.inWorkspace ?? end.shown, file)));
      return done(`Moved ${source.shown} to ${target.shown}.`, wrote);
    });
  });
}

const isSpelledAlike = (a: JailedPath, b: JailedPath): boolean => a.absolute.toLowerCase() === b.absolute.toLowerCase();

/** Whether something that is there has another name: then it is the same file under another spelling, where the file system folds names. */
const isUnlisted = async (path: string): Promise<boolean> => !(await readdir(dirname(path))).includes(basename(path));

async function existing(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const occupied = (target: JailedPath, folder: boolean): string =>
  folder
    ? `"${target.shown}" is a folder that exists; name the new path itself, such as "${joined(target.shown, 'name')}".`
    : `"${target.shown}" exists already and would be overwritten; delete it first if that is meant.`;

const maxListed = 10_000;

/** The files below a folder, so that each is known to be gone from there and to be here. */
async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  const waiting = [''];
  while (waiting.length > 0 && found.length < maxListed) {
    const inside = waiting.pop() ?? '';
    for (const entry of await readdir(joined(folder, inside), { withFileTypes: true })) {
      (entry.isDirectory() ? waiting : found).push(joined(inside, entry.name));
    }
  }
  return found;
}

const joined = (folder: string, name: string): string => [folder, name].filter((part) => part !== '').join('/');
