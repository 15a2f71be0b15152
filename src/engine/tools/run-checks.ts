/** `run_checks`: the folder's own checks on the workspace as it is. */
import { z } from 'zod';
import { capText } from './cap.js';
import type { Tool } from './tool.js';

const maxBytes = 32 * 1024;

const input = z.strictObject({
  names: z.array(z.string()).optional().describe('Which checks, by name (such as "test", "lint"); all where absent.'),
});

export const runChecks: Tool<z.infer<typeof input>> = {
  name: 'run_checks',
  description: "Runs the folder's own checks (build, lint, tests) on your workspace as it is now, the way candidates are checked.",
  input,
  effect: 'run',
  async run({ names }, context) {
    context.signal.throwIfAborted();
    const { checks, text } = await context.checks(names);
    return { ok: checks.length > 0 && checks.every((check) => check.status === 'passed'), output: capText(text, maxBytes) };
  },
};
