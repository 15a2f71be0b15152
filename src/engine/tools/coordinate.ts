/** `new_answer` and `vote`: the two tools that end a run of work, accepted or refused with a reason. */
import { z } from 'zod';
import type { Label } from '../../protocol/events.js';
import type { VotingRule, votingRules } from '../../protocol/voting.js';
import type { Tool, ToolResult } from './tool.js';

const answer = z.strictObject({
  content: z
    .string()
    .min(1)
    .describe('Your words: what you changed and why, how you checked it. The files are those of your workspace as they are now.'),
  planned: z
    .array(z.string())
    .optional()
    .describe(
      'Only where something was planned, not done: the lines of it that belong to this answer, in order. All of them where absent.',
    ),
});

export function newAnswer(submit: (content: string, planned: string[] | undefined) => Promise<ToolResult>): Tool<z.infer<typeof answer>> {
  return {
    name: 'new_answer',
    description:
      'Puts your answer forward: these words, and the files of your workspace as they are now. Ends your part if it is accepted.',
    input: answer,
    effect: 'coordinate',
    run: ({ content, planned }) => submit(content, planned),
  };
}

/** What the rule reads of a ballot. */
export type Reads = (typeof votingRules)[VotingRule];

const rankings: Readonly<Record<Exclude<Reads, 'choice'>, string>> = {
  order: 'The labels of the answers in your order of preference, the best first: begins with agent_id. Leave out what you cannot judge.',
  approved: 'The labels of all answers that do what was asked as they are, in any order; agent_id is one of them.',
};

/**
 * Invariant: the labels offered are those that this voter was shown, and no others. A ranking is offered where the rule reads one and
 * there is something to rank.
 */
export function vote(
  labels: readonly [Label, ...Label[]],
  reads: Reads,
  cast: (label: Label, reason: string, ranking?: readonly Label[]) => Promise<ToolResult>,
): Tool<Ballot> {
  const label = z.enum(labels);
  const choice = z.strictObject({
    agent_id: label.describe('The label of the best answer, as it was shown to you.'),
    reason: z.string().min(1).describe('Why it is the best: what its code does right, and what the others miss.'),
  });
  const ballot: z.ZodType<Ballot> =
    reads === 'choice' || labels.length === 1 ? choice : choice.extend({ ranking: z.array(label).optional().describe(rankings[reads]) });
  return {
    name: 'vote',
    description: 'Votes for the best of the answers that you were shown. Ends your part if it is accepted.',
    input: ballot,
    effect: 'coordinate',
    run: ({ agent_id, reason, ranking }) => cast(agent_id, reason, ranking),
  };
}

interface Ballot {
  agent_id: Label;
  reason: string;
  ranking?: Label[] | undefined;
}
