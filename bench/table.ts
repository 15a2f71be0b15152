/** The benchmarks' result as text: what machine it was, and a line for each ratio. */
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { gitVersion } from '../src/engine/workspace/git.js';
import type { Row } from './row.js';

export async function machine(): Promise<string> {
  const { major, minor } = await gitVersion();
  const facts = [
    `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    `git ${major}.${minor}`,
  ];
  return facts.join(', ');
}

const heads = ['benchmark', 'ours', 'beside', 'ratio', 'target', ''];
/** Columns of numbers stand at the right. */
const right = [false, true, false, true, true, false];

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.name, number(row.ours), row.peer, number(row.ratio), row.target, verdict(row)]);
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) => (right[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = line(widths.map((width) => '─'.repeat(width)));
  const notes = rows.flatMap(({ name, note, skipped }) =>
    [note, skipped].flatMap((text) => (text === undefined ? [] : [`  ${name}: ${text}`])),
  );
  return [line(heads), rule, ...cells.map(line), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

const verdict = ({ ok, skipped }: Row): string => (skipped !== undefined ? 'skipped' : ok ? 'ok' : 'OVER');

function number(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
