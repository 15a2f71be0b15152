/** `new_answer` and `vote`: the two tools that end a run of work, accepted or refused with a reason. */
import { z } from 'zod';
import type { Label } from '../../protocol/events.js';
import type { Tool, ToolResult } from './tool.js';

const answer = z.strictObject({
  content: z
    .string()
    .min(1)
    .describe('Your words: what you changed and why, how you checked it. The files are those of your workspace as they are now.'),
});

export function newAnswer(submit: (content: string) => Promise<ToolResult>): Tool<z.infer<typeof answer>> {
  return {
    name: 'new_answer',
    description:
      'Puts your answer forward: these words, and the files of your workspace as they are now. Ends your part if it is accepted.',
    input: answer,
    effect: 'coordinate',
    run: ({ content }) => submit(content),
  };
}

/** Invariant: the labels offered are those that this voter was shown, and no others. */
export function vote(labels: readonly [Label, ...Label[]], cast: (label: Label, reason: string) => Promise<ToolResult>): Tool<Ballot> {
  const ballot: z.ZodType<Ballot> = z.strictObject({
    agent_id: z.enum(labels).describe('The label of the best answer, as it was shown to you.'),
    reason: z.string().min(1).describe('Why it is the best: what its code does right, and what the others miss.'),
  });
  return {
    name: 'vote',
    description: 'Votes for the best of the answers that you were shown. Ends your part if it is accepted.',
    input: ballot,
    effect: 'coordinate',
    run: ({ agent_id, reason }) => cast(agent_id, reason),
  };
}

interface Ballot {
  agent_id: Label;
  reason: string;
}
