/** `list_files`: what is in a folder. */
import { readdir } from 'node:fs/promises';
import picomatch from 'picomatch';
import { z } from 'zod';
import { inFolder, openHeld } from './held.js';
import type { JailedPath } from './jail.js';
import { done, onPath, plural, refused } from './outcome.js';
import { isGitName, isMassgenName } from './path-forms.js';
import { printedPath, ripgrep } from './ripgrep.js';
import type { Tool, ToolContext, ToolResult } from './tool.js';

const maxShown = 1000;
const maxFound = 200_000;

const input = z.strictObject({
  path: z.string().optional().describe('The folder, relative to your workspace; the folder you start in where absent.'),
  pattern: z.string().optional().describe('A glob, such as "*.ts" (in any folder) or "src/**/*.test.ts" (from the folder that is listed).'),
  recursive: z.boolean().optional().describe('All files below it too, instead of what is directly in it. A pattern always looks at all.'),
});

export const listFiles: Tool<z.infer<typeof input>> = {
  name: 'list_files',
  description:
    'Lists the files of a folder; folders end in "/". What git ignores (dependencies, build results) is left out, unless the folder itself is ignored.',
  input,
  effect: 'read',
  run: ({ path = '.', pattern, recursive = pattern !== undefined }, context) =>
    onPath(context, path, 'read', async (folder) => {
      const handle = await openHeld(folder);
      const isFolder = (await handle.stat().finally(() => handle.close())).isDirectory();
      if (!isFolder) return refused(`"${folder.shown}" is a file, not a folder; read_file reads it.`);
      const listed = await filesIn(folder, context);
      if (typeof listed === 'string') return refused(listed);
      const files = pattern === undefined ? listed : listed.filter(matcher(pattern));
      const entries = recursive || pattern !== undefined ? files : await direct(folder, files, context);
      return present(folder, entries, pattern);
    }),
};

/** Paths relative to the folder, sorted. */
async function filesIn(folder: JailedPath, context: ToolContext): Promise<string[] | string> {
  const list = (ignore: boolean) =>
    ripgrep({ args: ['--files', '--null'], where: folder, ignore, separator: '\0', max: maxFound, signal: context.signal });
  let found = await list(folder.inWorkspace !== undefined);
  // A folder that is ignored as a whole was asked for by its name.
  if (found.records.length === 0 && folder.inWorkspace !== undefined && folder.shown !== '.') found = await list(false);
  if (found.records.length === 0 && found.problem !== undefined) return `${folder.shown} could not be listed: ${found.problem}`;
  return found.records.map(printedPath).sort();
}

/** A glob without a folder in it looks at names in any folder, as git's own do. */
function matcher(pattern: string): (path: string) => boolean {
  const glob = pattern.replace(/^\.?\//, '');
  const matches = picomatch(glob, { dot: true, matchBase: !glob.includes('/') });
  return (path) => matches(path);
}

/** What is directly in the folder: files and folders with listed files, empty folders, and links that stay inside. */
async function direct(folder: JailedPath, files: readonly string[], context: ToolContext): Promise<string[]> {
  const names = new Set(files.map((path) => (path.includes('/') ? `${path.slice(0, path.indexOf('/'))}/` : path)));
  for (const entry of await inFolder(folder, (held) => readdir(held, { withFileTypes: true }))) {
    const path = folder.shown === '.' ? entry.name : `${folder.shown}/${entry.name}`;
    if (isGitName(entry.name) || isMassgenName(entry.name)) continue;
    if (entry.isSymbolicLink() && (await leadsInside(path, context))) names.add(`${entry.name}@`);
    else if (entry.isDirectory() && !names.has(`${entry.name}/`) && (await isEmpty(path, context))) names.add(`${entry.name}/ (empty)`);
  }
  return [...names].sort();
}

async function leadsInside(path: string, context: ToolContext): Promise<boolean> {
  const verdict = await context.jail.resolve(path, 'read');
  return verdict.ok && verdict.path.inWorkspace?.split('/').some(isGitName) === false;
}

async function isEmpty(path: string, context: ToolContext): Promise<boolean> {
  const verdict = await context.jail.resolve(path, 'read');
  return verdict.ok && (await inFolder(verdict.path, (held) => readdir(held))).length === 0;
}

function present(folder: JailedPath, entries: readonly string[], pattern: string | undefined): ToolResult {
  const where = folder.shown === '.' ? 'your folder' : folder.shown;
  if (entries.length === 0) return done(pattern === undefined ? `${where} holds no files.` : `No file in ${where} matches ${pattern}.`);
  const shown = entries.slice(0, maxShown).map((entry) => (folder.shown === '.' ? entry : `${folder.shown}/${entry}`));
  const left = entries.length - shown.length;
  if (left > 0) shown.push(`… and ${plural(left, 'more entry', 'more entries')}; narrow it by path or pattern.`);
  return done(shown.join('\n'));
}
