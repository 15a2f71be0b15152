/** Shorthands for what tools give back. */
import { machineFault } from '../../protocol/machine-fault.js';
import { fileProblem } from './file-problem.js';
import type { Access, JailedPath } from './jail.js';
import type { ToolContext, ToolResult } from './tool.js';

export const done = (output: string, wrote?: string[]): ToolResult =>
  wrote === undefined ? { ok: true, output } : { ok: true, output, wrote };
export const refused = (output: string): ToolResult => ({ ok: false, output });

/** Described instead of done. */
export const planned = (what: string, why: string): ToolResult => ({
  ok: true,
  planned: { what, why },
  output: `Planned, not done: ${what}
Why: ${why}. That cannot be taken back, so it is not done while answers are still being compared. It is kept with your next answer, where who votes
reads it; the person is asked for it once that answer is chosen. Go on as if it were done then, and do not look for another way to do it now.`,
});

/** Resolves a path and acts on it; refusals and file system errors become text for the model; bugs and what is wrong with the machine are thrown on. */
export async function onPath(
  context: ToolContext,
  path: string,
  access: Access,
  act: (resolved: JailedPath) => Promise<ToolResult>,
): Promise<ToolResult> {
  context.signal.throwIfAborted();
  const verdict = await context.jail.resolve(path, access);
  if (!verdict.ok) return refused(verdict.why);
  try {
    return await act(verdict.path);
  } catch (error) {
    // No model can mend that.
    const fault = machineFault(error);
    if (fault !== undefined) throw fault;
    return refused(fileProblem(error, verdict.path.shown));
  }
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
