// Makes an SVG picture of a terminal from all that was written to it, on stdin. The README's:
//   script -qec 'stty cols 104 && node dist/cli.js demo /tmp/limiter' /dev/null | node scripts/picture.mjs 'massgen demo' > media/session.svg
import { readFileSync } from 'node:fs';
import stringWidth from 'string-width';

const CELL = { width: 8.4, height: 19 };
const EDGE = { side: 18, top: 46, bottom: 16 };
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** One palette for light pages and one for dark ones; the picture follows the reader's. */
const style = `
  .window { fill: #f6f8fa; stroke: #d1d9e0 } text { fill: #1f2328 } .title, .dim { fill: #6e7781 }
  .bold { font-weight: 600 } .italic { font-style: italic } .underline { text-decoration: underline }
  .black { fill: #57606a } .red { fill: #c5221f } .green { fill: #1a7f37 } .yellow { fill: #8a6100 }
  .blue { fill: #0550ae } .magenta { fill: #8250df } .cyan { fill: #0a6c74 } .white { fill: #424a53 }
  @media (prefers-color-scheme: dark) {
    .window { fill: #161b22; stroke: #30363d } text { fill: #e6edf3 } .title, .dim { fill: #8b949e }
    .black { fill: #8b949e } .red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 }
    .blue { fill: #79c0ff } .magenta { fill: #d2a8ff } .cyan { fill: #76e3ea } .white { fill: #f0f6fc }
  }`;

/** What the numbers of one colour sequence make of the classes so far. */
function after(classes, codes) {
  let now = new Set(classes);
  const drop = (...names) => {
    for (const name of names) now.delete(name);
  };
  for (const code of codes) {
    if (code === 0) now = new Set();
    else if (code === 1) now.add('bold');
    else if (code === 2) now.add('dim');
    else if (code === 3) now.add('italic');
    else if (code === 4) now.add('underline');
    else if (code === 22) drop('bold', 'dim');
    else if (code === 23) drop('italic');
    else if (code === 24) drop('underline');
    else if (code === 39) drop(...COLOURS);
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
      drop(...COLOURS);
      now.add(COLOURS[code % 10]);
    }
  }
  return now;
}

/** The screen as a terminal shows it in the end, so many columns wide: rows of cells, each a character and its classes. */
function screenOf(text, columns) {
  const rows = [[]];
  let [row, column] = [0, 0];
  let classes = new Set();
  const rowAt = (at) => {
    while (rows.length <= at) rows.push([]);
    return rows[at];
  };
  const sequences = {
    m: (codes) => {
      classes = after(classes, codes);
    },
    A: ([count]) => {
      row = Math.max(0, row - (count || 1));
    },
    G: ([to]) => {
      column = (to || 1) - 1;
    },
    J: () => {
      rowAt(row).length = Math.min(rowAt(row).length, column);
      rows.length = row + 1;
    },
    K: ([how]) => {
      rowAt(row).length = how === 2 ? 0 : Math.min(rowAt(row).length, column);
    },
    // The cursor is shown or hidden: no matter here.
    h: () => undefined,
    l: () => undefined,
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal is told by.
  for (const [part, codes, command] of text.matchAll(/\x1b\[\??([\d;]*)([A-Za-z])|[^\x1b]/gu)) {
    if (command !== undefined) {
      const act = sequences[command];
      if (act === undefined) throw new Error(`The text asks for something that is not known here: ${JSON.stringify(part)}`);
      act(codes.split(';').map(Number));
    } else if (part === '\n') {
      row += 1;
      rowAt(row);
    } else if (part === '\r') column = 0;
    else {
      if (column >= columns) [row, column] = [row + 1, 0];
      const cells = rowAt(row);
      while (cells.length < column) cells.push({ text: ' ', classes: '' });
      cells[column] = { text: part, classes: [...classes].join(' ') };
      for (let rest = stringWidth(part); rest > 1; rest--) cells[column + rest - 1] = { text: '', classes: '' };
      column += stringWidth(part);
    }
  }
  return rows;
}

/** Words side by side of one look, each run of them with its column: spaces beside each other would be one in a picture. */
function piecesOf(cells) {
  const pieces = [];
  for (const [column, cell] of cells.entries()) {
    if (cell === undefined || cell.text === '') continue;
    const last = pieces.at(-1);
    const joins =
      last !== undefined && last.classes === cell.classes && last.end === column && !(cell.text === ' ' && last.text.endsWith(' '));
    if (joins) {
      last.text += cell.text;
      last.end = column + 1;
    } else if (cell.text !== ' ') pieces.push({ column, text: cell.text, classes: cell.classes, end: column + 1 });
  }
  return pieces.map((piece) => ({ ...piece, text: piece.text.trimEnd() }));
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function picture(text, title, columns) {
  const lines = screenOf(text.trimEnd(), columns).map(piecesOf);
  const widest = Math.max(...lines.flat().map((piece) => piece.column + stringWidth(piece.text)));
  const width = Math.ceil(widest * CELL.width + 2 * EDGE.side);
  const height = EDGE.top + lines.length * CELL.height + EDGE.bottom;
  const rows = lines.flatMap((pieces, row) => {
    const y = EDGE.top + (row + 0.75) * CELL.height;
    const spans = pieces.map((piece) => {
      const x = (EDGE.side + piece.column * CELL.width).toFixed(1);
      return `<tspan x="${x}"${piece.classes === '' ? '' : ` class="${piece.classes}"`}>${escaped(piece.text)}</tspan>`;
    });
    return spans.length === 0 ? [] : [`  <text y="${y}">${spans.join('')}</text>`];
  });
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map((fill, at) => `  <circle cx="${24 + at * 20}" cy="22" r="6" fill="${fill}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${style}\n    text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }\n  </style>`,
    `  <rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    ...dots,
    `  <text class="title" x="${width / 2}" y="27" text-anchor="middle">${escaped(title)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

const [title = 'massgen', columns = '104'] = process.argv.slice(2);
process.stdout.write(picture(readFileSync(0, 'utf8'), title, Number(columns)));
