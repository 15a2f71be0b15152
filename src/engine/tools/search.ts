/** `search`: lines that match a regular expression. */
import { z } from 'zod';
import { capLine, capText } from './cap.js';
import type { JailedPath } from './jail.js';
import { done, onPath, refused } from './outcome.js';
import { printedPath, type RipgrepResult, ripgrep } from './ripgrep.js';
import type { Tool, ToolContext } from './tool.js';

const defaultResults = 100;
const maxBytes = 48_000;
const maxLine = 300;

const input = z.strictObject({
  pattern: z.string().describe('A regular expression (Rust syntax; look-around works too). It is matched line by line.'),
  path: z.string().optional().describe('The folder or file to search, relative to your workspace; the folder you start in where absent.'),
  glob: z.string().optional().describe('Only files that match this glob, such as "*.ts".'),
  max_results: z.number().int().min(1).max(1000).optional().describe(`At most so many lines; ${defaultResults} where absent.`),
});

type Input = z.infer<typeof input>;

export const search: Tool<Input> = {
  name: 'search',
  description:
    'Searches the text of files for a regular expression and gives path:line:text. What git ignores is left out, unless the path itself is ignored.',
  input,
  effect: 'read',
  run: (asked, context) =>
    onPath(context, asked.path ?? '.', 'read', async (where) => {
      const max = asked.max_results ?? defaultResults;
      let found = await find(asked, where, max, where.inWorkspace !== undefined, context);
      const named = where.inWorkspace !== undefined && where.shown !== '.';
      // A folder that is ignored as a whole was asked for by its name.
      if (found.records.length === 0 && found.problem === undefined && named) found = await find(asked, where, max, false, context);
      if (found.records.length === 0) return found.problem === undefined ? done('No matches.') : refused(found.problem);
      const lines = found.records.map((record) => presented(record, where));
      if (found.more) lines.push(`… there are more than ${lines.length} matches; narrow it by path, glob or pattern.`);
      return done(capText(lines.join('\n'), maxBytes));
    }),
};

function find(asked: Input, where: JailedPath, max: number, ignore: boolean, context: ToolContext): Promise<RipgrepResult> {
  const args = [
    '--line-number',
    '--with-filename',
    '--null',
    '--no-heading',
    '--sort=path',
    '--engine=auto',
    '--max-columns=2000',
    '--max-columns-preview',
    '--max-filesize=64M',
  ];
  if (asked.glob !== undefined) args.push(`--iglob=${asked.glob}`);
  return ripgrep({ args: [...args, `--regexp=${asked.pattern}`], where, ignore, separator: '\n', max, signal: context.signal });
}

/** `path NUL line:text` as `path:line:text`, the path as the agent names it. */
function presented(record: string, where: JailedPath): string {
  const end = record.indexOf('\0');
  if (end < 0) return record;
  const file = printedPath(record.slice(0, end));
  const path = file === '<stdin>' ? where.shown : where.shown === '.' ? file : `${where.shown}/${file}`;
  const text = record.indexOf(':', end) + 1;
  return `${path}:${record.slice(end + 1, text)}${capLine(record.slice(text).replace(/\r$/, ''), maxLine)}`;
}
