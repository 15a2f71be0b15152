/** A line of code in pieces: what changed in it, and cheap colours. A function of that one line; never of the file. */
import { plain } from '../../protocol/plain.js';
import { LONGEST } from './rows.js';

export interface Piece {
  text: string;
  /** A class name: `string`, `literal`, `comment`, `word`; '' for the rest. */
  colour: '' | 'string' | 'literal' | 'comment' | 'word';
  /** Not in the line that stands in its place. */
  changed: boolean;
}

/** Lines longer than this are not coloured. */
const COLOURED = 400;

const WORDS =
  'as|async|await|break|case|catch|class|const|continue|def|default|defer|delete|do|elif|else|enum|except|export|extends|false|final|finally|fn|for|from|func|function|go|if|impl|implements|import|in|interface|let|match|mod|mut|new|nil|none|None|null|of|package|pass|private|protected|pub|public|raise|readonly|return|static|struct|super|switch|throw|trait|true|True|False|try|type|typeof|undefined|use|var|void|while|with|yield';
const TOKENS = new RegExp(
  `(//.*|#(?![0-9a-fA-F]{3,8}\\b)\\s.*|/\\*.*?(?:\\*/|$)|^\\s*\\*(?:\\s.*|/)?$|<!--.*?(?:-->|$))|("(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|\`(?:[^\`\\\\]|\\\\.)*\`)|(\\b\\d[\\w.]*\\b)|(\\b(?:${WORDS})\\b)`,
  'g',
);
const COLOURS = ['comment', 'string', 'literal', 'word'] as const;

export function piecesOf(line: string, other?: string): Piece[] {
  const cut = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  const [from, to] = other === undefined ? [0, 0] : changedPart(cut, other);
  return coloured(cut)
    .flatMap((piece) => split(piece, from, to))
    .map(({ text, colour, changed }) => ({ text: plain(text), colour, changed }));
}

interface Coloured {
  at: number;
  text: string;
  colour: Piece['colour'];
}

function coloured(line: string): Coloured[] {
  if (line.length > COLOURED) return [{ at: 0, text: line, colour: '' }];
  const pieces: Coloured[] = [];
  let at = 0;
  for (const found of line.matchAll(TOKENS)) {
    const colour = COLOURS.find((_, group) => found[group + 1] !== undefined) ?? '';
    if (found.index > at) pieces.push({ at, text: line.slice(at, found.index), colour: '' });
    pieces.push({ at: found.index, text: found[0], colour });
    at = found.index + found[0].length;
  }
  if (at < line.length || pieces.length === 0) pieces.push({ at, text: line.slice(at), colour: '' });
  return pieces;
}

/** What lies between the beginning and the end that both lines have; nothing where they have little in common. */
function changedPart(line: string, other: string): [from: number, to: number] {
  const most = Math.min(line.length, other.length);
  let start = 0;
  while (start < most && line[start] === other[start]) start += 1;
  let end = 0;
  while (end < most - start && line[line.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const kept = line.slice(0, start).trim().length + line.slice(line.length - end).trim().length;
  if (kept * 4 < Math.max(line.trim().length, other.trim().length)) return [0, 0];
  return [wordStart(line, start), wordEnd(line, line.length - end)];
}

const inWord = (line: string, at: number): boolean => /\w/.test(line[at - 1] ?? '') && /\w/.test(line[at] ?? '');

/** Words are marked whole: half of a name says nothing. */
function wordStart(line: string, at: number): number {
  let start = at;
  while (inWord(line, start)) start -= 1;
  return start;
}

function wordEnd(line: string, at: number): number {
  let end = at;
  while (inWord(line, end)) end += 1;
  return end;
}

function split({ at, text, colour }: Coloured, from: number, to: number): Omit<Piece, never>[] {
  const [a, b] = [Math.max(0, Math.min(text.length, from - at)), Math.max(0, Math.min(text.length, to - at))];
  return [
    { text: text.slice(0, a), colour, changed: false },
    { text: text.slice(a, b), colour, changed: true },
    { text: text.slice(Math.max(a, b)), colour, changed: false },
  ].filter((piece) => piece.text !== '');
}
