/** `stop_command`: ends a background command. */
import { z } from 'zod';
import { done, refused } from './outcome.js';
import type { Tool } from './tool.js';

const input = z.strictObject({ id: z.string().describe('The id that run_command gave, such as "b1".') });

export const stopCommand: Tool<z.infer<typeof input>> = {
  name: 'stop_command',
  description: 'Ends a background command with all that it started.',
  input,
  effect: 'run',
  async run({ id }, context) {
    const how = await context.background.stop(id);
    return how === undefined ? refused(`There is no background command "${id}".`) : done(`${id}: ${how}`);
  },
};
