// Makes an SVG picture of a terminal from the coloured text on stdin: node scripts/picture.mjs <title> < session.ansi > media/session.svg
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

/** Lines of pieces, each with its column and classes. */
function linesOf(text) {
  let classes = new Set();
  return text.split('\n').map((line) => {
    const pieces = [];
    let column = 0;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours begin with.
    for (const part of line.split(/(\x1b\[[\d;]*[A-Za-z])/)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
      const sequence = /^\x1b\[([\d;]*)([A-Za-z])$/.exec(part);
      if (sequence?.[2] === 'm') classes = after(classes, sequence[1].split(';').map(Number));
      else if (sequence !== null) throw new Error(`The text moves the cursor (${JSON.stringify(part)}); it must be plain lines.`);
      else if (part !== '') {
        // Each run of words stands at its own column: spaces beside each other would be one in a picture.
        for (const { 0: words, index } of part.matchAll(/\S+(?: \S+)*/g))
          pieces.push({ column: column + stringWidth(part.slice(0, index)), text: words, classes: [...classes].join(' ') });
        column += stringWidth(part);
      }
    }
    return { pieces, width: column };
  });
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function picture(text, title) {
  const lines = linesOf(text.replaceAll('\r\n', '\n').trimEnd());
  const width = Math.ceil(Math.max(...lines.map((line) => line.width)) * CELL.width + 2 * EDGE.side);
  const height = EDGE.top + lines.length * CELL.height + EDGE.bottom;
  const rows = lines.flatMap(({ pieces }, row) => {
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

process.stdout.write(picture(readFileSync(0, 'utf8'), process.argv[2] ?? 'massgen'));
