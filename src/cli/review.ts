/** `massgen vote`, `apply` and `undo`: what a person does with what was put forward. */
import path from 'node:path';
import { loadEnv } from '../engine/config/env.js';
import { type ApplyOutcome, openSession, type Session } from '../engine/session.js';
import { findSession } from '../engine/sessions.js';
import type { Chosen, Selection } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { CandidateState, TurnState } from '../protocol/state.js';
import { folderOf, type Options } from './args.js';
import { cliHost } from './host.js';
import { hasColour, json, out, say } from './output.js';
import { candidateBy } from './refs.js';
import { applyText, checksText, outcomeText } from './render/tables.js';

export async function vote(which: string, ref: string, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const { candidate, turn } = candidateBy(session.state, ref);
  const choice = votedOn(turn, candidate).id;
  const decision = session.vote(choice, options.reason ?? '');
  const now = session.state.turns.find((one) => one.turn === turn.turn) ?? turn;
  if (options.json) json({ ballot: { voter: 'you', choice, reason: options.reason ?? '' }, decision: decision ?? null });
  else say(outcomeText(session.state, now, { colour: hasColour('stdout'), commands: true }));
  return 0;
}

/** The winner as it was presented is a version of what was voted on; a ballot for it is one for that. */
function votedOn(turn: TurnState, candidate: CandidateState): CandidateState {
  const { presents } = turn.runs.find((run) => run.id === candidate.run) ?? {};
  return turn.candidates.find((one) => one.id === presents) ?? candidate;
}

export async function apply(which: string, ref: string | undefined, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const chosen = chosenBy(session, ref, options);
  const dryRun = options.dryRun ?? false;
  const checks = options.check ? await session.check(chosen) : undefined;
  const isWorse = checks?.some((check) => (check.newlyFailing ?? []).length > 0) ?? false;
  const outcome = await session.apply({ chosen, markers: options.markers ?? false, dryRun: dryRun || isWorse });
  const [first, ...also] = chosen;
  if (checks !== undefined && !options.json) out(checksText(checks, { colour: hasColour('stdout') }));
  const about = { ...first, ...(also.length > 0 && { also }), ...(checks !== undefined && { checks }) };
  const code = report(outcome, about, { dryRun: dryRun || isWorse, undo: false }, options);
  return isWorse ? 1 : code;
}

export async function undo(which: string, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const dryRun = options.dryRun ?? false;
  return report(await session.undo({ dryRun }), {}, { dryRun, undo: true }, options);
}

export function report(outcome: ApplyOutcome, about: object, how: { dryRun: boolean; undo: boolean }, options: Options): number {
  const { plan, apply } = outcome;
  if (options.json) json({ ...about, dryRun: how.dryRun, apply: apply ?? null, ...plan });
  else say(applyText(outcome, how));
  return plan.conflicts.some((conflict) => !conflict.marked) ? 1 : 0;
}

export async function sessionOf(which: string, options: Options): Promise<Session> {
  const folder = await folderOf(options);
  const host = cliHost(await loadEnv(folder, process.env));
  return openSession({ folder, host, id: await findSession(folder, which) });
}

/** Each candidate with what of it is named after it, all of it where nothing is. */
function chosenBy(session: Session, ref: string | undefined, { from = [], file = [], hunk = [] }: Options): Chosen[] {
  const { root, folder } = session.store;
  const inRoot = (typed: string) => pathIn(root, folder, typed);
  const selected = [
    ...file.map(({ path: typed, from }) => ({ from, part: { path: inRoot(typed) } })),
    ...hunk.map(({ path: typed, hunks, from }) => ({ from, part: { path: inRoot(typed), hunks } })),
  ];
  const isFirst = from.length === 0 || ref !== undefined || selected.some((one) => one.from === undefined);
  const names = [...(isFirst ? [undefined] : []), ...new Set(from)];
  return names.map((name) => {
    const parts = selected.filter((one) => one.from === name).map((one) => one.part);
    const { candidate } = candidateBy(session.state, name ?? ref);
    return { candidate: candidate.id, selection: parts.length === 0 ? 'all' : parts };
  });
}

/** What is named of files and hunks; nothing where none is. */
export function partsBy({ store: { root, folder } }: Session, { file = [], hunk = [] }: Options): Exclude<Selection, 'all'> {
  return [
    ...file.map(({ path: typed }) => ({ path: pathIn(root, folder, typed) })),
    ...hunk.map(({ path: typed, hunks }) => ({ path: pathIn(root, folder, typed), hunks })),
  ];
}

/** Paths are typed from the folder that is worked on, and named from the root of what was captured. */
function pathIn(root: string, folder: string, typed: string): string {
  const relative = path.relative(root, path.resolve(folder, typed));
  if (relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..') return relative.split(path.sep).join('/');
  throw fail('usage', `${typed} is not a file of ${root}.`);
}
