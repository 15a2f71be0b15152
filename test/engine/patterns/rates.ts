/** How often teams come to a right answer, by voting rule and by what the checks count: turns played with the real pattern and tally. */
import { consensus } from '../../../src/engine/patterns/consensus.js';
import type { PatternSpec } from '../../../src/protocol/events.js';
import { standing } from '../../../src/protocol/standing.js';
import { currentTurn, type TurnState } from '../../../src/protocol/state.js';
import { votingRules } from '../../../src/protocol/voting.js';
import { play } from './simulate.js';
import { approvedBy, isRight, listsMore, type Setting, uniform, worldOf } from './world.js';

export type Variant = Pick<PatternSpec, 'rule' | 'evidence' | 'sameFamily'>;

/** Turn by turn, whether it was right; the same turns in each. */
export interface Rates {
  /** In the order of the variants. */
  variants: boolean[][];
  /** The most able agent, working by itself. */
  alone: boolean[];
  /** Any of the answers that stood at the end. */
  random: boolean[];
  /** One of those was right. */
  oracle: boolean[];
  /** Model calls of a turn, presenting apart. */
  calls: number;
}

/** Each turn is played once and counted in every way: agents do not know how their ballots are counted. */
export function rates(setting: Setting, variants: readonly Variant[], turns: number, spec: Partial<PatternSpec> = {}): Rates {
  const ablest = setting.agents.reduce((best, agent, at) => (agent.skill > (setting.agents[best]?.skill ?? 0) ? at : best), 0);
  const result: Rates = { variants: variants.map(() => []), alone: [], random: [], oracle: [], calls: 0 };
  for (let seed = 1; seed <= turns; seed += 1) {
    const turn = played(setting, seed, spec);
    for (const [at, variant] of variants.entries()) result.variants[at]?.push(winnerIsRight(counted(turn, setting, seed, variant)));
    result.alone.push(winnerIsRight(played(setting, seed, spec, ablest)));
    const answers = standing(turn);
    const any = answers[Math.floor(uniform(`${seed}/any`) * answers.length)];
    result.random.push(any !== undefined && isRight(any));
    result.oracle.push(answers.some(isRight));
    result.calls += turn.calls / turns;
  }
  return result;
}

function played(setting: Setting, seed: number, spec: Partial<PatternSpec>, alone?: number): TurnState {
  const { players, families, failing } = worldOf(setting, seed, alone);
  const turn = currentTurn(play(consensus, players, { seed, families, failing, spec }).state);
  if (turn === undefined) throw new Error('no turn');
  return turn;
}

/** The same turn, counted in another way. */
function counted(turn: TurnState, setting: Setting, seed: number, variant: Variant): TurnState {
  const approved = votingRules[variant.rule] === 'approved';
  const ballots = turn.ballots.map((ballot) => {
    if (!listsMore(setting, seed, ballot.voter)) return { ...ballot, ranking: [] };
    return approved ? { ...ballot, ranking: approvedBy(setting, seed, turn, ballot.voter) } : ballot;
  });
  return { ...turn, ballots, pattern: { ...turn.pattern, ...variant } };
}

function winnerIsRight(turn: TurnState): boolean {
  const { winner } = consensus.decide(turn);
  return turn.candidates.some((candidate) => candidate.id === winner && isRight(candidate));
}

/** In how many of a hundred, and how much that may be off (95 %). */
export function share(right: readonly boolean[]): { percent: number; off: number } {
  const p = right.filter(Boolean).length / right.length;
  return { percent: 100 * p, off: 196 * Math.sqrt((p * (1 - p)) / right.length) };
}

/** By how many of a hundred the one is ahead of the other in the same turns, and how much that may be off. */
export function lead(one: readonly boolean[], other: readonly boolean[]): { percent: number; off: number } {
  const differences = one.map((right, at) => Number(right) - Number(other[at]));
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const spread = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / differences.length;
  return { percent: 100 * mean, off: 196 * Math.sqrt(spread / differences.length) };
}

const teams = {
  two: ['x', 'y'],
  three: ['x', 'y', 'z'],
  five: ['x', 'x', 'x', 'y', 'z'],
  seven: ['x', 'x', 'x', 'y', 'y', 'z', 'w'],
} as const;
const team = (name: keyof typeof teams, ...skills: number[]): Setting['agents'] =>
  teams[name].map((family, at) => ({ family, skill: skills[at % skills.length] ?? 0.5 }));

/** Three agents of about the same ability, voters and tests of the middling kind, the biases that models are known for. */
export const standard: Setting = {
  agents: team('three', 0.6, 0.55, 0.5),
  accuracy: 0.75,
  position: 0.3,
  brand: 0.5,
  self: 0.7,
  correlated: 0.5,
  misled: 0.3,
  catches: 0.5,
  alarms: 0.05,
  outdated: 0.03,
  trust: 1.5,
  revises: 0.5,
  ranks: 0.9,
  leniency: 0,
};

export const settings: Readonly<Record<string, Setting>> = {
  standard,
  'two agents': { ...standard, agents: team('two', 0.6, 0.5) },
  'five agents, three of one family': { ...standard, agents: team('five', 0.5, 0.5, 0.5, 0.6, 0.55) },
  'seven agents': { ...standard, agents: team('seven', 0.6, 0.55, 0.5) },
  'five, the strong one alone of its family': { ...standard, agents: team('five', 0.4, 0.4, 0.4, 0.75, 0.4) },
  'five, no bias for the brand': { ...standard, agents: team('five', 0.5, 0.5, 0.5, 0.6, 0.55), brand: 0 },
  'five, brand counts much': { ...standard, agents: team('five', 0.5, 0.5, 0.5, 0.6, 0.55), brand: 2 },
  'one strong among weak': { ...standard, agents: team('three', 0.85, 0.4, 0.4) },
  'voters who hardly see': { ...standard, accuracy: 0.6 },
  'voters who see well': { ...standard, accuracy: 0.9 },
  'voters in love with their own': { ...standard, self: 2 },
  'half the voters rank nothing': { ...standard, ranks: 0.5 },
  'voters who approve of too much': { ...standard, leniency: 2 },
  'voters who approve of too little': { ...standard, leniency: -2 },
  'the first place counts much': { ...standard, position: 1.5 },
  'no tests': { ...standard, catches: 0, alarms: 0, outdated: 0 },
  'weak tests': { ...standard, catches: 0.2 },
  'strong tests': { ...standard, catches: 0.9, alarms: 0.02, outdated: 0.02 },
  'tests that cry wolf': { ...standard, alarms: 0.25 },
  'tests that the task makes out of date': { ...standard, outdated: 0.3 },
  'tests that voters overlook': { ...standard, trust: 0 },
  'one error that most make': { ...standard, misled: 0.8 },
  'hard tasks': { ...standard, agents: team('three', 0.35, 0.3, 0.25) },
  'easy tasks': { ...standard, agents: team('three', 0.85, 0.8, 0.75) },
};
