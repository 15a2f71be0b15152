// `npm run pictures [dark|light] [--as-seen]`: walks test/vscode/ui/story.ui.ts in dark and in light, and keeps what it saw in media/story,
// in as few colours as do. `--as-seen` takes the pictures of the last walk.
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { root } from './cache.mjs';

const seen = join(root, '.vscode-test/pictures');
const into = join(root, 'media/story');
/** Of the light ones, those that look different enough: all together stay small. */
const KEPT = { dark: /./, light: /agents|review|selection|inline\.|cut-off|decided|narrow/ };

/** Of a PNG as browsers make it: 8 bits, not interlaced. */
function pixelsOf(png) {
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3];
  const data = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(data));
  const row = width * channels;
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const left = x < channels ? 0 : out[y * row + x - channels];
      const up = y === 0 ? 0 : out[(y - 1) * row + x];
      const corner = x < channels || y === 0 ? 0 : out[(y - 1) * row + x - channels];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[y * row + x] = raw[y * (row + 1) + 1 + x] + guess;
    }
  }
  const colours = new Uint32Array(width * height);
  for (let at = 0; at < colours.length; at++) colours[at] = out.readUIntBE(at * channels, 3);
  return { width, height, colours };
}

function paeth(left, up, corner) {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

const far = (a, b) => [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);
/** Colours closer than this to a commoner one are taken for it. */
const CLOSE = 120;

/** The commonest colours that are not alike; every other pixel takes the nearest of them. */
function indexed({ width, height, colours }) {
  const counts = new Map();
  for (const one of colours) counts.set(one, (counts.get(one) ?? 0) + 1);
  const common = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  // Surfaces differ by little, and are what the eye sees first: they stay as they are.
  const palette = common.slice(0, 64);
  for (const one of common.slice(64)) if (palette.length < 256 && palette.every((other) => far(one, other) > CLOSE)) palette.push(one);
  const known = new Map(palette.map((one, at) => [one, at]));
  const indexOf = (colour) => {
    const before = known.get(colour);
    if (before !== undefined) return before;
    let best = 0;
    for (let at = 1; at < palette.length; at++) if (far(palette[at], colour) < far(palette[best], colour)) best = at;
    known.set(colour, best);
    return best;
  };
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf(colours[y * width + x]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.alloc(palette.length * 3);
  palette.forEach((one, at) => {
    table.writeUIntBE(one, at * 3, 3);
  });
  const chunks = [
    chunk('IHDR', head),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

const asSeen = process.argv.includes('--as-seen');
const named = process.argv.slice(2).filter((one) => one in KEPT);
for (const theme of named.length > 0 ? named : Object.keys(KEPT)) {
  if (!asSeen) walk(theme);
  mkdirSync(into, { recursive: true });
  for (const file of globSync(join(seen, `story-${theme}-*.png`)).filter((one) => KEPT[theme].test(one))) {
    const target = join(into, basename(file).slice('story-'.length));
    writeFileSync(target, indexed(pixelsOf(readFileSync(file))));
    console.log(`${target}  ${Math.round(statSync(target).size / 1024)} kB`);
  }
}

function walk(theme) {
  for (const old of globSync(join(seen, `story-${theme}-*.png`))) rmSync(old);
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vscode/vitest.config.ts', 'story'];
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, MASSGEN_THEME: theme } });
}
