/** The keys of the review: one table, which the help shows and the listener follows. */
import type { App } from '../app.js';
import type { en } from '../words.en.js';
import type { Review } from './model.js';
import { toggleFile, toggleHunk, toggleLine } from './selection.js';

interface Key {
  keys: readonly string[];
  /** How the help shows it, where that is not the key's own name. */
  shown?: string;
  words: Extract<keyof typeof en, `key.${string}`>;
  act(review: Review, app: App, key: string): void;
}

export const keys: readonly Key[] = [
  { keys: ['j'], words: 'key.next', act: (review) => move(review, 1, isHunk) },
  { keys: ['k'], words: 'key.previous', act: (review) => move(review, -1, isHunk) },
  { keys: ['n'], words: 'key.next-file', act: (review) => moveFile(review, 1) },
  { keys: ['p'], words: 'key.previous-file', act: (review) => moveFile(review, -1) },
  {
    keys: ['ArrowDown', 'ArrowUp'],
    shown: '↓ ↑',
    words: 'key.line',
    act: (review, _, key) => move(review, key === 'ArrowDown' ? 1 : -1, isLine),
  },
  { keys: [' '], shown: 'Space', words: 'key.toggle', act: (review) => toggle(review) },
  { keys: ['x'], words: 'key.toggle', act: (review) => toggle(review) },
  { keys: ['f'], words: 'key.toggle-file', act: (review) => toggleWhole(review) },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shown: '1 – 9',
    words: 'key.answer',
    act: (review, _, key) => showAnswer(review, Number(key)),
  },
  { keys: ['v'], words: 'key.split', act: (review) => review.show({ mode: review.view.value.mode === 'split' ? 'unified' : 'split' }) },
  { keys: ['w'], words: 'key.whitespace', act: (review) => review.show({ ignoreWhitespace: !review.view.value.ignoreWhitespace }) },
  { keys: ['b'], words: 'key.against', act: (review) => nextAgainst(review) },
  { keys: ['c'], words: 'key.compact', act: (review) => review.show({ compact: !review.view.value.compact }) },
  { keys: ['r'], words: 'key.remark', act: (review) => remark(review) },
  { keys: ['e'], words: 'key.editor', act: openEditor },
  { keys: ['?'], words: 'key.help', act: toggleHelp },
  { keys: ['Escape'], shown: 'Esc', words: 'key.close', act: (review) => close(review) },
];

/** Keys typed into a field, or meant for a button, are not ours. */
export function onKey(event: KeyboardEvent, review: Review, app: App): void {
  const target = event.composedPath()[0];
  const element = target instanceof Element ? target : undefined;
  if (event.defaultPrevented || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === 'Enter') document.querySelector<HTMLElement>('.foot .apply')?.click();
    return;
  }
  const field = element?.closest('textarea, select, input:not([type=checkbox])') != null;
  if (field && event.key !== 'Escape') return;
  if (event.key === ' ' && element?.closest('button, vscode-button, input, summary, a') != null) return;
  const found = keys.find((one) => one.keys.includes(event.key));
  if (found === undefined || (review.help.value && !['?', 'Escape'].includes(event.key))) return;
  event.preventDefault();
  found.act(review, app, event.key);
}

type Test = (row: Review['rows']['rows'][number]) => boolean;
const isHunk: Test = (row) => row.kind === 'hunk';
const isLine: Test = (row) =>
  row.kind === 'hunk' ||
  (row.kind === 'line' && /[+-]/.test(row.line.sign)) ||
  (row.kind === 'pair' && (row.left === undefined || row.left.sign === '-' || row.right?.sign === '+'));

function move(review: Review, step: 1 | -1, test: Test): void {
  const { rows } = review.rows;
  const { row, moved } = review.cursor.value;
  for (let at = row + step; at >= 0 && at < rows.length; at += step) {
    const one = rows[at];
    if (one === undefined || !test(one)) continue;
    review.cursor.value = { row: at, moved: moved + 1 };
    return;
  }
  // Past the last change of a file is the next file.
  if (test === isHunk) moveFile(review, step);
}

function moveFile(review: Review, step: 1 | -1): void {
  const { rows } = review.files.value;
  const at = review.file.value === undefined ? -1 : rows.indexOf(review.file.value.row);
  const next = rows[at + step];
  if (next !== undefined) review.show({ path: next.path });
}

function toggle(review: Review): void {
  const row = review.rows.rows[review.cursor.value.row];
  const path = review.file.value?.row.path;
  if (row === undefined || row.kind === 'aside' || path === undefined || review.view.value.against !== 'base' || row.hunk.number === 0)
    return;
  const at = review.placeOf(path, row.group, row.hunk);
  const line = row.kind === 'line' ? row.line : row.kind === 'pair' ? (row.left?.sign === '-' ? row.left : row.right) : undefined;
  review.choices.value =
    line === undefined || line.pick === 0 ? toggleHunk(review.choices.value, at) : toggleLine(review.choices.value, at, line.pick);
}

function toggleWhole(review: Review): void {
  const file = review.file.value;
  if (file !== undefined) review.choices.value = toggleFile(review.choices.value, file.candidate, file.row.path);
}

function showAnswer(review: Review, number: number): void {
  const answer = review.answers.value[number - 1];
  if (answer !== undefined) review.show({ candidate: answer.id });
}

function nextAgainst(review: Review): void {
  const viewed = review.viewed.value?.id;
  const all = ['base', 'folder', ...review.answers.value.map((one) => one.id).filter((id) => id !== viewed)];
  review.show({ against: all[(all.indexOf(review.view.value.against) + 1) % all.length] ?? 'base' });
}

function remark(review: Review): void {
  const row = review.rows.rows[review.cursor.value.row];
  if (row !== undefined && row.kind !== 'aside') review.remark.value = `${row.group.candidate} ${row.hunk.number}`;
}

function openEditor(review: Review, { store, host }: App): void {
  const file = review.file.value;
  const session = store.session.value?.state.id;
  if (file !== undefined && session !== undefined) host.command('massgen.openDiff', session, file.candidate, file.row.path);
}

function toggleHelp(review: Review): void {
  review.help.value = !review.help.value;
}

function close(review: Review): void {
  if (review.help.value) review.help.value = false;
  else if (review.remark.value !== undefined) review.remark.value = undefined;
  else if (review.view.value.against !== 'base') review.show({ against: 'base' });
}
