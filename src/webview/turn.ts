/** What a person wants to know of a turn, drawn from its state: who, what was checked, who voted and changed its mind. */
import { textOf } from '../protocol/content.js';
import type { AgentId, CandidateId, CheckResult } from '../protocol/events.js';
import { trendOf } from '../protocol/rounds.js';
import { candidateName, chosenOf, liveBallots, standing } from '../protocol/standing.js';
import { type ApplyState, type BallotState, type CandidateState, chosenIn, type SessionState, type TurnState } from '../protocol/state.js';
import type { SessionRow } from '../protocol/wire.js';
import { inline, percent } from './format.js';
import { t } from './l10n.js';

export const HUES = 8;

/** One hue for each agent, the same everywhere; names stand beside it, so it reads without. */
export const hueOf = (turn: Pick<TurnState, 'agents'>, agent: AgentId): number =>
  Math.max(
    0,
    turn.agents.findIndex((one) => one.id === agent),
  ) % HUES;

export const nameOf = (turn: TurnState, id: CandidateId): string => inline(candidateName(turn, id));
export const labelOf = (turn: TurnState, agent: AgentId | 'you'): string =>
  agent === 'you' ? t('you') : inline(turn.agents.find((one) => one.id === agent)?.label ?? agent);

/** What was applied, of which turn where it is not the last, and how much of it the person took back. */
export function appliedWords({ turns }: SessionState, apply: ApplyState): string {
  const back = apply.rejected === 'all' ? 0 : apply.rejected.reduce((sum, { hunks }) => sum + (hunks?.length ?? 1), 0);
  const at = turns.findIndex((one) => one.candidates.some(({ id }) => id === apply.candidate));
  const turn = turns[at];
  const names = chosenIn(apply).map(({ candidate }) => (turn === undefined ? candidate : nameOf(turn, candidate)));
  return [
    t('applied', apply.paths.length, [...new Set(names)].join(', ')),
    ...(turn === undefined || at === turns.length - 1 ? [] : [t('turn', at + 1)]),
    ...(back === 0 ? [] : [t('applied.rejected', back)]),
  ].join(' · ');
}

/** The answers that a person chooses between, in the order of the team: each agent's latest, as it was presented where it was. */
export function answersOf(turn: TurnState): CandidateState[] {
  const presented = turn.candidates.find((one) => one.id === turn.decision?.presented);
  const place = (agent: AgentId): number => turn.agents.findIndex((one) => one.id === agent);
  return standing(turn)
    .map((one) => (presented !== undefined && presented.agent === one.agent ? presented : one))
    .sort((a, b) => place(a.agent) - place(b.agent));
}

export const isWinner = (turn: TurnState, candidate: CandidateState): boolean => {
  const chosen = chosenOf(turn);
  return chosen === candidate.id || (turn.chosen === undefined && turn.decision?.winner === candidate.id);
};

/** The first line of an answer, without its Markdown signs. */
export function gist(candidate: CandidateState): string {
  const line = textOf(candidate.words)
    .split('\n')
    .find((one) => /\w/.test(one));
  return inline((line ?? '').replace(/^[#>*\s-]+|[*`]|\b__|__\b/g, ''));
}

export interface Chip {
  sign: '✓' | '✗' | '–' | '…';
  words: string;
  tone: 'ok' | 'bad' | 'dim';
  title: string;
}

/** What the folder's own checks said, a chip for each. */
export function chipsOf(turn: TurnState, candidate: CandidateState): Chip[] {
  const checks = turn.checks[candidate.tree];
  if (checks === undefined) return [{ sign: '–', words: t('checks.none'), tone: 'dim', title: '' }];
  if (checks.results === undefined) return [{ sign: '…', words: t('checks.running'), tone: 'dim', title: '' }];
  if (checks.results.length === 0) return [{ sign: '–', words: t('checks.no-checks'), tone: 'dim', title: '' }];
  return checks.results.map((check) => chipOf(check, turn, candidate.tree === turn.base));
}

/** Nothing fails newly in an answer that `isBase`: it changed nothing. */
function chipOf(check: CheckResult, turn: TurnState, isBase: boolean): Chip {
  const chip = resultChip(check, turn, isBase);
  const flaky = check.flaky ?? [];
  if (flaky.length === 0) return chip;
  const named = flaky.filter((one) => one !== check.name).map((one) => t('checks.flaky-test', inline(one)));
  return {
    ...chip,
    words: `${chip.words}, ${t('checks.flaky', flaky.length)}`,
    title: [chip.title, t('checks.flaky-why'), ...named].join('\n'),
  };
}

function resultChip(check: CheckResult, turn: TurnState, isBase: boolean): Chip {
  const name = check.version === 'candidate' ? t('checks.own', inline(check.name)) : inline(check.name);
  const title = [inline(check.command), ...(check.why === undefined ? [] : [inline(check.why)])].join('\n');
  if (check.status === 'passed') return { sign: '✓', words: passedWords(check, turn, name), tone: 'ok', title };
  if (check.status === 'not-run') return { sign: '–', words: t('checks.not-run', name), tone: 'dim', title };
  if (check.status === 'timed-out') return { sign: '✗', words: t('checks.timed-out', name), tone: 'bad', title };
  const newly = check.newlyFailing?.length ?? 0;
  if (newly > 0 && check.newlyFailing?.[0] !== check.name) return { sign: '✗', words: t('checks.newly', newly), tone: 'bad', title };
  if (newly > 0) return { sign: '✗', words: t('checks.newly-whole', name), tone: 'bad', title };
  const isOld = isBase || check.newlyFailing !== undefined;
  return { sign: '✗', words: t(isOld ? 'checks.as-before' : 'checks.failing', name), tone: isOld ? 'dim' : 'bad', title };
}

function passedWords(check: CheckResult, turn: TurnState, name: string): string {
  if (check.tests === undefined || check.tests.passed === 0) return name;
  const counted = t('checks.tests', check.tests.passed, check.name === 'test' || check.name === 'tests' ? '' : inline(check.name));
  if (check.version === 'candidate') return t('checks.own', counted);
  const before = turn.checks[turn.base]?.results?.find((one) => one.name === check.name)?.tests?.passed;
  const more = before === undefined ? 0 : check.tests.passed - before;
  return more > 0 ? `${counted}, +${more}` : counted;
}

/** Names of what fails here and did not on the base. */
export const newlyFailing = (turn: TurnState, candidate: CandidateState): string[] => [
  ...new Set(
    (turn.checks[candidate.tree]?.results ?? []).flatMap((check) => (check.newlyFailing ?? []).filter((one) => one !== check.name)),
  ),
];

/** In one sign: whether the checks speak for it. What failed before and still does is said rather than what passes beside it. */
export function verdictOf(turn: TurnState, candidate: CandidateState): Chip | undefined {
  const chips = chipsOf(turn, candidate);
  const counted = chips.find((chip) => chip.tone === 'ok' && /\d/.test(chip.words));
  return chips.find((chip) => chip.tone === 'bad') ?? counted ?? chips.find((chip) => chip.sign === '✗') ?? chips[0];
}

export interface Vote {
  ballot: BallotState;
  counts: boolean;
  /** The choice before, where the voter changed its mind. */
  before?: CandidateId;
}

/** The last ballot of each voter, with what it was before. */
export function votesOf(turn: TurnState): Vote[] {
  const live = liveBallots(turn);
  const voters = [...new Set(turn.ballots.map((ballot) => ballot.voter))];
  return voters.flatMap((voter) => {
    const own = turn.ballots.filter((ballot) => ballot.voter === voter);
    const ballot = own.at(-1);
    if (ballot === undefined) return [];
    const before = own.findLast((one) => authorOf(turn, one.choice) !== authorOf(turn, ballot.choice))?.choice;
    return [{ ballot, counts: live.includes(ballot), ...(before !== undefined && { before }) }];
  });
}

export const authorOf = (turn: TurnState, id: CandidateId): AgentId | undefined => turn.candidates.find((one) => one.id === id)?.agent;

/** Ballots for any version of this agent's answer that stands. */
export const votesFor = (turn: TurnState, candidate: CandidateState): Vote[] =>
  votesOf(turn).filter(
    (vote) => authorOf(turn, vote.ballot.choice) === candidate.agent && (vote.counts || vote.ballot.choice === candidate.id),
  );

/** The other agent's standing answer that this one is most like. */
export function mostLike(turn: TurnState, candidate: CandidateState): { candidate: CandidateState; score: number } | undefined {
  return answersOf(turn)
    .filter((one) => one.agent !== candidate.agent)
    .flatMap((one) => {
      const score = likeness(candidate, one);
      return score === undefined ? [] : [{ candidate: one, score }];
    })
    .sort((a, b) => b.score - a.score)[0];
}

export const likeness = (a: CandidateState, b: CandidateState): number | undefined =>
  a.similarity.find((one) => one.to === b.id)?.score ?? b.similarity.find((one) => one.to === a.id)?.score;

/** Whether the answers came together, in words; empty where there was one round, or where it is not known. */
export function trendWords(turn: TurnState): string {
  const trend = trendOf(turn);
  return trend === undefined ? '' : t(`trend.${trend.goes}`, percent(trend.from), percent(trend.to));
}

export type Phase = 'none' | 'running' | 'cut-off' | 'decided' | 'undecided' | 'cancelled' | 'failed';

/** The log says whether a turn has ended; only the host knows whether somebody still works on one that has not. */
export function phaseOf(state: SessionState | undefined, rows: readonly SessionRow[]): Phase {
  const turn = state?.turns.at(-1);
  if (state === undefined || turn === undefined) return 'none';
  if (turn.decision !== undefined) return turn.decision.outcome;
  return rows.find((row) => row.id === state.id)?.status === 'cut-off' ? 'cut-off' : 'running';
}
