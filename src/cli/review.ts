/** `massgen vote`, `apply` and `undo`: what a person does with what was put forward. */
import path from 'node:path';
import { loadEnv } from '../engine/config/env.js';
import { type ApplyOutcome, openSession, type Session } from '../engine/session.js';
import { findSession } from '../engine/sessions.js';
import type { Selection } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { CandidateState, TurnState } from '../protocol/state.js';
import { folderOf, type Options } from './args.js';
import { cliHost } from './host.js';
import { hasColour, json, out } from './output.js';
import { candidateBy } from './refs.js';
import { applyText, outcomeText } from './render/tables.js';

export async function vote(which: string, ref: string, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const { candidate, turn } = candidateBy(session.state, ref);
  const choice = votedOn(turn, candidate).id;
  const decision = session.vote(choice, options.reason ?? '');
  const now = session.state.turns.find((one) => one.turn === turn.turn) ?? turn;
  if (options.json) json({ ballot: { voter: 'you', choice, reason: options.reason ?? '' }, decision: decision ?? null });
  else out(outcomeText(session.state, now, { colour: hasColour('stdout'), commands: true }));
  return 0;
}

/** The winner as it was presented is a version of what was voted on; a ballot for it is one for that. */
function votedOn(turn: TurnState, candidate: CandidateState): CandidateState {
  const { presents } = turn.runs.find((run) => run.id === candidate.run) ?? {};
  return turn.candidates.find((one) => one.id === presents) ?? candidate;
}

export async function apply(which: string, ref: string | undefined, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const { candidate } = candidateBy(session.state, ref);
  const selection = selectionOf(session, options);
  const dryRun = options.dryRun ?? false;
  const outcome = await session.apply({ candidate: candidate.id, selection, markers: options.markers ?? false, dryRun });
  return report(outcome, { candidate: candidate.id, selection }, { dryRun, undo: false }, options);
}

export async function undo(which: string, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const dryRun = options.dryRun ?? false;
  return report(await session.undo({ dryRun }), {}, { dryRun, undo: true }, options);
}

function report(outcome: ApplyOutcome, about: object, how: { dryRun: boolean; undo: boolean }, options: Options): number {
  const { plan, apply } = outcome;
  if (options.json) json({ ...about, dryRun: how.dryRun, apply: apply ?? null, ...plan });
  else out(applyText(outcome, how));
  return plan.conflicts.some((conflict) => !conflict.marked) ? 1 : 0;
}

async function sessionOf(which: string, options: Options): Promise<Session> {
  const folder = await folderOf(options);
  const host = cliHost(await loadEnv(folder, process.env));
  return openSession({ folder, host, id: await findSession(folder, which) });
}

function selectionOf({ store }: Session, { file = [], hunk = [] }: Options): Selection {
  if (file.length === 0 && hunk.length === 0) return 'all';
  const inRoot = (typed: string) => pathIn(store.root, store.folder, typed);
  return [...file.map((typed) => ({ path: inRoot(typed) })), ...hunk.map(({ path: typed, hunks }) => ({ path: inRoot(typed), hunks }))];
}

/** Paths are typed from the folder that is worked on, and named from the root of what was captured. */
function pathIn(root: string, folder: string, typed: string): string {
  const relative = path.relative(root, path.resolve(folder, typed));
  if (relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..') return relative.split(path.sep).join('/');
  throw fail('usage', `${typed} is not a file of ${root}.`);
}
