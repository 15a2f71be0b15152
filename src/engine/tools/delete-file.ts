/** `delete_file`: a file, or an empty folder. */
import { lstat, rmdir, unlink } from 'node:fs/promises';
import { z } from 'zod';
import { codeOf } from './file-problem.js';
import { inParent } from './held.js';
import { done, onPath, refused } from './outcome.js';
import type { Tool } from './tool.js';

const input = z.strictObject({ path: z.string().describe('The file or the empty folder, relative to your workspace.') });

export const deleteFile: Tool<z.infer<typeof input>> = {
  name: 'delete_file',
  description: 'Deletes a file, or a folder that is empty. Of a symbolic link the link itself is deleted.',
  input,
  effect: 'write',
  run: ({ path }, context) =>
    onPath(context, path, 'entry', (entry) =>
      inParent(entry, false, async (file) => {
        const wrote = [entry.inWorkspace ?? entry.shown];
        if (!(await lstat(file)).isDirectory()) {
          await unlink(file);
          return done(`Deleted ${entry.shown}.`, wrote);
        }
        try {
          await rmdir(file);
        } catch (error) {
          if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
          return refused(
            `"${entry.shown}" is a folder that is not empty, and only files and empty folders are deleted. Delete what is in it first, or use a command.`,
          );
        }
        return done(`Deleted the empty folder ${entry.shown}.`, wrote);
      }),
    ),
};
