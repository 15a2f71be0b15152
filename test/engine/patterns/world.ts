/** A world of tasks, agents and checks in which it is known what is right: the players of simulated turns, by a seed. */
import { label } from '../../../src/engine/patterns/labels.js';
import type { CandidateId } from '../../../src/protocol/events.js';
import { standing } from '../../../src/protocol/standing.js';
import type { CandidateState, TurnState } from '../../../src/protocol/state.js';
import type { Act, Player } from './simulate.js';

/** Biases and evidence are in the same unit as what is seen of an answer: log-odds that it is the better one of two. */
export interface Setting {
  /** How often the agent's own answer is right, and the family of its model. */
  agents: readonly { skill: number; family: string }[];
  /** How often who votes without a bias puts a right answer before a wrong one. */
  accuracy: number;
  /** For what is shown first, for answers of the voter's own family, and for its own. */
  position: number;
  brand: number;
  self: number;
  /** How much a task that is hard is hard for all. */
  correlated: number;
  /** Share of wrong answers that are wrong for one and the same reason, which those who fell for it do not see in others' either. */
  misled: number;
  /** How often the checks newly fail on a wrong answer, and on a right one. */
  catches: number;
  alarms: number;
  /** Share of tasks whose tests hold what the task is to change: they newly fail on every right answer, and on no wrong one. */
  outdated: number;
  /** How much a failing check speaks against an answer to who votes. */
  trust: number;
  /** How often an agent whom no answer convinces answers again. */
  revises: number;
  /** Share of voters who say more than their first choice; and how much too easily answers are approved of. */
  ranks: number;
  leniency: number;
}

export interface World {
  players: Record<string, Player>;
  families: Record<string, string>;
  failing(tree: string): boolean;
}

/** What is right stands in the name of its tree, for those who know: `right/…` or `wrong/…` or, for the reason that many fall for, `trap/…`. */
export const isRight = ({ tree }: CandidateState): boolean => tree.startsWith('right/');

/** `alone`: only that one works. */
export function worldOf(setting: Setting, seed: number, alone?: number): World {
  const draw = (what: string): number => uniform(`${seed}/${what}`);
  const ids = setting.agents.map((_, at) => `p${at}`);
  const outdated = draw('outdated') < setting.outdated;
  return {
    players: Object.fromEntries(
      ids.flatMap((id, at) => (alone === undefined || alone === at ? [[id, player(setting, draw, id, at)]] : [])),
    ),
    families: Object.fromEntries(ids.map((id, at) => [id, setting.agents[at]?.family ?? ''])),
    failing: (tree) => {
      if (outdated) return tree.startsWith('right/');
      if (tree.startsWith('right/')) return draw(`alarm/${tree}`) < setting.alarms;
      return draw(tree.startsWith('trap/') ? 'caught/trap' : `caught/${tree}`) < setting.catches;
    },
  };
}

type Draw = (what: string) => number;

function player(setting: Setting, draw: Draw, id: string, at: number): Player {
  const { skill = 0.5 } = setting.agents[at] ?? {};
  const hardness = setting.correlated * logit(draw('hardness'));
  const first = made(setting, draw, `${id}.1`, sigmoid(logit(skill) - hardness));
  const speed = 10 + 90 * draw(`speed/${id}`);
  return ({ answered, turn }) => {
    const after = speed * (0.5 + draw(`time/${id}/${turn.runs.length}`));
    if (answered === 0) return { after, act: { act: 'answer', tree: first } };
    return { after, act: (now) => look(setting, draw, now, { id, skill, misled: first.startsWith('trap/') }) };
  };
}

function look(setting: Setting, draw: Draw, turn: TurnState, { id, skill, misled }: { id: string; skill: number; misled: boolean }): Act {
  const answered = turn.candidates.filter((one) => one.agent === id).length;
  const seen = impressions(setting, draw, turn, id, misled);
  const [best] = seen;
  if (best === undefined) return { act: 'nothing' };
  const convinced = best.impression > 0 || answered >= turn.pattern.answers;
  if (!convinced && draw(`revises/${id}/${answered}`) < setting.revises)
    return { act: 'answer', tree: improved(setting, draw, turn, best.candidate, `${id}.${answered + 1}`, skill) };
  return { act: 'vote', for: seen.map(({ candidate }) => candidate.id) };
}

/** What a voter thinks of each answer that stands, the best first. */
function impressions(setting: Setting, draw: Draw, turn: TurnState, voter: string, misled: boolean) {
  const answers = standing(turn).filter((one) => turn.shown.some((shown) => shown.voter === voter && shown.candidate === one.id));
  const order = new Map(label(turn, voter, answers).map((shown) => [shown.candidate, Number(shown.label.slice('agent'.length))]));
  const family = (id: string) => turn.agents.find((agent) => agent.id === id)?.family;
  return answers
    .map((candidate) => {
      const own = candidate.agent === voter;
      const seemsRight = isRight(candidate) || (misled && candidate.tree.startsWith('trap/'));
      const fails = turn.checks[candidate.tree]?.results?.some((check) => check.status === 'failed') ?? false;
      const impression =
        (seemsRight ? 0.5 : -0.5) * logit(setting.accuracy) +
        noise(draw(`sees/${voter}/${candidate.tree}`)) +
        (own ? setting.self : 0) +
        (!own && family(candidate.agent) === family(voter) ? setting.brand : 0) +
        (order.get(candidate.id) === 1 ? setting.position : 0) -
        (fails ? setting.trust : 0);
      return { candidate, impression };
    })
    .sort((a, b) => b.impression - a.impression);
}

/** What a ballot lists beside its choice; one that lists nothing is for its choice alone. */
export const listsMore = (setting: Setting, seed: number, voter: string): boolean => uniform(`${seed}/ranks/${voter}`) < setting.ranks;

/** What the voter would take: its best, and what seems rather right than wrong. The same impressions as those of its ballot. */
export function approvedBy(setting: Setting, seed: number, turn: TurnState, voter: string): CandidateId[] {
  const draw = (what: string): number => uniform(`${seed}/${what}`);
  const misled = turn.candidates.some((one) => one.agent === voter && one.tree === `trap/${voter}.1`);
  const seen = impressions(setting, draw, turn, voter, misled);
  return seen.filter(({ impression }, at) => at === 0 || impression + setting.leniency > 0).map(({ candidate }) => candidate.id);
}

/** From the best that it has seen; failing checks show where to look. */
function improved(setting: Setting, draw: Draw, turn: TurnState, best: CandidateState, name: string, skill: number): string {
  const fails = turn.checks[best.tree]?.results?.some((check) => check.status === 'failed') ?? false;
  return made(setting, draw, name, isRight(best) ? (fails ? 0.8 : 0.95) : skill * (fails ? 0.6 : 0.3));
}

function made(setting: Setting, draw: Draw, name: string, chance: number): string {
  if (draw(`right/${name}`) < chance) return `right/${name}`;
  return `${draw(`misled/${name}`) < setting.misled ? 'trap' : 'wrong'}/${name}`;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logit = (p: number): number => Math.log(p / (1 - p));
/** Gumbel's, about 0: the difference of two is logistic, so `accuracy` is what it says. */
const noise = (u: number): number => -Math.log(-Math.log(u)) - 0.5772;

/** Between 0 and 1, both excluded; the same for the same key. */
export function uniform(key: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32 + 2 ** -33;
}
