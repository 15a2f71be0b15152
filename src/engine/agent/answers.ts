/** How an answer is put before a voter: under its label, with its words, its evidence and its diff; never with a name. */
import { textOf } from '../../protocol/content.js';
import type { CandidateId, Shown } from '../../protocol/events.js';
import type { CandidateState, TurnState } from '../../protocol/state.js';
import { evidenceText } from '../evidence/text.js';
import type { Store } from '../workspace/store.js';

const DIFF_CHARACTERS = 40_000;
const WORDS_CHARACTERS = 12_000;

export interface ShownTo {
  /** The agent that reads it. */
  voter: string;
  turn: TurnState;
  /** The path by which the agent's tools read an answer's files. */
  pathOf(label: string): string;
}

/** Several answers, one after another, in the order of their labels. */
export async function answersText(store: Store, shown: readonly Shown[], to: ShownTo): Promise<string> {
  const inOrder = [...shown].sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
  const texts = await Promise.all(inOrder.map((one) => answerText(store, one, to)));
  return texts.join('\n\n');
}

async function answerText(store: Store, { candidate: id, label }: Shown, { voter, turn, pathOf }: ShownTo): Promise<string> {
  const candidate = find(turn, id);
  const yours = candidate.agent === voter;
  const diff = await store.diff(turn.base, candidate.tree);
  return [
    `<answer label="${label}" yours="${yours ? 'yes' : 'no'}">`,
    cut(inert(textOf(candidate.words)), WORDS_CHARACTERS, 'words'),
    '<evidence>',
    inert(await evidenceOf(store, turn, candidate)),
    '</evidence>',
    '<diff>',
    diff === ''
      ? 'No file was changed.'
      : cut(inert(diff), DIFF_CHARACTERS, yours ? 'diff' : `diff; read the files below ${pathOf(label)}`),
    '</diff>',
    ...(candidate.plan === undefined
      ? []
      : ['<plan>', ...candidate.plan.map(({ what, why }) => inert(`- ${what}\n  (${why})`)), '</plan>']),
    ...(yours ? [] : [`<files>${pathOf(label)}</files>`]),
    '</answer>',
  ].join('\n');
}

export function find(turn: TurnState, id: CandidateId): CandidateState {
  const candidate = turn.candidates.find((one) => one.id === id);
  if (candidate === undefined) throw new Error(`There is no candidate ${id} in ${turn.turn}`);
  return candidate;
}

async function evidenceOf(store: Store, turn: TurnState, candidate: CandidateState): Promise<string> {
  const checks = turn.checks[candidate.tree];
  if (checks?.results === undefined) return 'Not known yet: its checks have not ended.';
  return (await evidenceText(checks.results, checks.changed ?? [], store)).trimEnd();
}

/**
 * Invariant: what an agent wrote cannot end or begin the marks that its answer stands between, so it cannot pass for
 * evidence or for another's answer.
 */
export const inert = (text: string): string => text.replace(/<(?=\/?(?:answer|evidence|diff|files|plan)\b)/gi, '&lt;');

function cut(text: string, limit: number, what: string): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  return `${text.slice(0, half)}\n[… ${text.length - 2 * half} characters of the ${what} are left out here …]\n${text.slice(-half)}`;
}
