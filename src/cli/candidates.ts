/** `massgen candidates` and `massgen diff`: what was put forward, and as a change. */
import { isUtf8 } from 'node:buffer';
import { findSession, readSession, type SessionLog } from '../engine/sessions.js';
import { openStore } from '../engine/workspace/open-store.js';
import { actsOf } from '../protocol/acts.js';
import { textOf } from '../protocol/content.js';
import { fail } from '../protocol/failure.js';
import { roundsOf } from '../protocol/rounds.js';
import { chosenOf, liveBallots } from '../protocol/standing.js';
import type { CandidateState, TurnState } from '../protocol/state.js';
import { currentTurn } from '../protocol/state.js';
import { vetoed } from '../protocol/veto.js';
import { folderOf, type Options } from './args.js';
import { hasColour, json, out, outBytes, say } from './output.js';
import { candidateBy } from './refs.js';
import { candidatesText } from './render/tables.js';
import { nameOf } from './render/words.js';

/** The session that is meant, as its log tells; without a lock. */
export async function logOf(which: string, options: Options): Promise<SessionLog & { folder: string }> {
  const folder = await folderOf(options);
  return { folder, ...(await readSession(folder, await findSession(folder, which))) };
}

export async function candidates(which: string, options: Options): Promise<number> {
  const { state } = await logOf(which, options);
  const turn = currentTurn(state);
  if (turn === undefined) throw fail('not-found', 'This session has no turn yet, so there is no candidate.');
  if (options.json) json(turn.candidates.map((candidate) => rowOf(turn, candidate)));
  else say(candidatesText(state, turn, { colour: hasColour('stdout') }));
  return 0;
}

function rowOf(turn: TurnState, candidate: CandidateState) {
  const { id, agent, tree, size, similarity, previous, purpose } = candidate;
  const checks = turn.checks[tree];
  const standing = turn.decision?.standings.find((one) => one.candidate === id);
  return {
    id,
    name: nameOf(turn, id),
    agent,
    turn: turn.turn,
    purpose,
    ...(previous !== undefined && { previous }),
    words: textOf(candidate.words),
    tree,
    ...size,
    similarity,
    /** `null`: nothing is known of it. */
    evidence: checks?.results === undefined ? null : { checks: checks.results, changed: checks.changed ?? [] },
    ballots: liveBallots(turn)
      .filter((ballot) => ballot.choice === id)
      .map(({ voter, reason, ranking }) => ({ voter, reason, ...(ranking && { ranking }) })),
    /** What it would do beyond the folder, and what has become of that. */
    plan: actsOf(turn.acts, candidate).map(({ what, why, act }) => ({ what, why, status: act?.status ?? 'planned' })),
    weight: standing?.weight ?? 0,
    ...(standing?.score !== undefined && { score: standing.score }),
    vetoed: vetoed(turn).includes(id),
    ...roundOf(turn, id),
    /** What `winner` means where a command takes a candidate. */
    winner: chosenOf(turn) === id,
    decided: turn.decision?.winner === id,
    presented: turn.decision?.presented === id,
    chosen: turn.chosen === id,
  };
}

/** The round in which it was put forward, and how alike the answers and the votes were at its end. */
function roundOf(turn: TurnState, id: string) {
  const rounds = roundsOf(turn);
  const at = rounds.findIndex(({ answers }) => answers.includes(id));
  const { answers: _, ...end } = rounds[at] ?? { answers: [] };
  return at < 0 ? {} : { round: { number: at + 1, ...end } };
}

export async function diff(which: string, ref: string | undefined, options: Options): Promise<number> {
  const { state, folder } = await logOf(which, options);
  const { turn, candidate } = candidateBy(state, ref);
  const against = options.against === undefined ? undefined : candidateBy(state, options.against).candidate;
  await using store = await openStore(folder);
  const from = against?.tree ?? turn.base;
  const about = async () => ({
    candidate: candidate.id,
    against: against?.id ?? 'base',
    from,
    to: candidate.tree,
    files: await store.changes(from, candidate.tree),
  });
  if (options.stat) {
    const text = await store.diff(from, candidate.tree, { stat: true });
    if (!options.json) out(text);
    else json({ ...(await about()), stat: text });
    return 0;
  }
  const patch = await store.patch(from, candidate.tree);
  if (!options.json) outBytes(patch);
  else json({ ...(await about()), ...inJson(patch) });
  return 0;
}

/** JSON holds text only: where the patch is not UTF-8, its bytes are in Base64. */
function inJson(patch: Uint8Array): { encoding: 'utf8' | 'base64'; diff: string } {
  const encoding = isUtf8(patch) ? 'utf8' : 'base64';
  return { encoding, diff: Buffer.from(patch.buffer, patch.byteOffset, patch.byteLength).toString(encoding) };
}
