/** `read_output`: what a background command printed since it was read last. */
import { z } from 'zod';
import { done, refused } from './outcome.js';
import type { Tool } from './tool.js';

const input = z.strictObject({ id: z.string().describe('The id that run_command gave, such as "b1".') });

export const readOutput: Tool<z.infer<typeof input>> = {
  name: 'read_output',
  description: 'Reads what a background command printed since the last time, and whether it still runs.',
  input,
  effect: 'run',
  async run({ id }, context) {
    const read = context.background.read(id);
    if (read === undefined) return refused(`There is no background command "${id}".`);
    return done(`${id}: ${read.status}\n${read.output === '' ? '(nothing new)' : read.output}`.trimEnd());
  },
};
