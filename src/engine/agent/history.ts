/** What was asked, answered, applied and taken back in the turns before: an agent of the next turn begins with it. */
import { textOf } from '../../protocol/content.js';
import type { RunId, Selection, TreeId } from '../../protocol/events.js';
import { type ApplyState, chosenIn, type SessionState, type TurnState } from '../../protocol/state.js';

const TURNS = 8;
const WORDS = 3000;

/** The change from one tree to another, of these paths. */
export type DiffOf = (from: TreeId, to: TreeId, paths: readonly string[]) => Promise<string>;

/** '' in a session's first turn. `closing`: the last words of a run. */
export async function historyText(state: SessionState, closing: (run: RunId) => string, diff: DiffOf): Promise<string> {
  const before = state.turns.slice(0, -1);
  if (before.length === 0) return '';
  const left = before.length - TURNS;
  const turns = await Promise.all(before.slice(-TURNS).map((turn) => turnText(turn, state.applies, closing, diff)));
  const note = left > 0 ? [`(${left} earlier ${left === 1 ? 'turn is' : 'turns are'} left out.)`] : [];
  return [...note, ...turns].join('\n\n');
}

async function turnText(turn: TurnState, applies: readonly ApplyState[], closing: (run: RunId) => string, diff: DiffOf): Promise<string> {
  const lines = [`The person asked: ${cut(textOf(turn.request))}`];
  const id = turn.chosen ?? turn.decision?.presented ?? turn.decision?.winner;
  const chosen = turn.candidates.find((candidate) => candidate.id === id);
  if (chosen === undefined) lines.push(`No answer was chosen (${turn.decision?.outcome ?? 'cut off'}).`);
  else {
    const by = turn.chosen === undefined ? 'The team chose' : 'The person chose';
    lines.push(
      `${by} this answer (${chosen.size.files} files, +${chosen.size.added} −${chosen.size.removed}): ${cut(textOf(chosen.words))}`,
    );
    const present = turn.runs.find((run) => run.purpose === 'present');
    const words = present === undefined ? '' : closing(present.id).trim();
    if (words !== '') lines.push(`It was presented with these words: ${cut(words)}`);
  }
  return [...lines, ...(await fate(turn, applies, diff))].join('\n');
}

/** What the person did with the answers. */
async function fate(turn: TurnState, applies: readonly ApplyState[], diff: DiffOf): Promise<string[]> {
  const own = new Set(turn.candidates.map((candidate) => candidate.id));
  const done = applies.filter((apply) => own.has(apply.candidate));
  if (done.length === 0)
    return turn.candidates.length === 0 ? [] : ['The person applied none of the answers: the folder does not have them.'];
  const chosen = turn.chosen ?? turn.decision?.presented ?? turn.decision?.winner;
  const told = done.map(async (apply) => {
    const what = chosenIn(apply).map(
      ({ candidate, selection }) => `${candidate === chosen ? 'it' : 'another answer'}${selected(selection)}`,
    );
    if (apply.status === 'undone') return `The person applied ${what.join('; ')} and took it back: ${listed(apply.paths)} are as before.`;
    return [`The person applied ${what.join('; ')}: ${listed(apply.paths)}.`, ...(await rejectedOf(apply, diff))].join('\n');
  });
  return Promise.all(told);
}

/** What was taken out of it again afterwards, as the change that the person did not want. */
async function rejectedOf({ rejections }: ApplyState, diff: DiffOf): Promise<string[]> {
  const changes = await Promise.all(rejections.map(({ from, to, paths }) => diff(to, from, paths)));
  return changes.flatMap((change, at) => {
    const paths = listed(rejections[at]?.paths ?? []);
    return change === ''
      ? []
      : [`Of that the person rejected this afterwards, and the folder does not have it (${paths}):\n${cut(change)}`];
  });
}

function selected(selection: Selection): string {
  if (selection === 'all') return ' as a whole';
  return ` in part, ${selection.map(fileChoice).join(', ')}, and rejected the rest`;
}

function fileChoice({ path, hunks }: Exclude<Selection, 'all'>[number]): string {
  if (hunks === undefined) return path;
  const named = hunks.map((one) => (typeof one === 'number' ? `${one}` : `${one.hunk} in part`));
  return `${path} (hunks ${named.join(', ')})`;
}

function listed(paths: readonly string[]): string {
  return paths.length > 20 ? `${paths.slice(0, 20).join(', ')} and ${paths.length - 20} more` : paths.join(', ');
}

const cut = (text: string): string => (text.length <= WORDS ? text : `${text.slice(0, WORDS)} […]`);
