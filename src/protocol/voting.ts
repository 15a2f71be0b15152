/** The voting rules by name, and what each reads of a ballot beside its choice. */

/** `order`: `ranking` is the whole order of preference. `approved`: `ranking` lists every answer that would do. `choice`: no ranking is asked for. */
export const votingRules = {
  plurality: 'choice',
  approval: 'approved',
  borda: 'order',
  condorcet: 'order',
} as const;

export type VotingRule = keyof typeof votingRules;
