// `npm run pictures [dark|light] [--as-seen]`: walks test/vscode/ui/story.ui.ts in dark and in light, and keeps what it saw in media/story,
// in as few colours as do. `--as-seen` takes the pictures of the last walk.
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { root } from './cache.mjs';

const seen = join(root, '.vscode-test/pictures');
const into = join(root, 'media/story');
/** Of the light ones, those that look different enough: all together stay small. */
const KEPT = { dark: /./, light: /agents|review|selection|inline\.|cut-off|decided|narrow/ };

const asSeen = process.argv.includes('--as-seen');
const named = process.argv.slice(2).filter((one) => one in KEPT);
for (const theme of named.length > 0 ? named : Object.keys(KEPT)) {
  if (!asSeen) walk(theme);
  mkdirSync(into, { recursive: true });
  for (const file of globSync(join(seen, `story-${theme}-*.png`)).filter((one) => KEPT[theme].test(one))) {
    const target = join(into, basename(file).slice('story-'.length));
    // Surfaces differ by little, and are what the eye sees first: without dither they stay even.
    const { size } = await sharp(file).png({ palette: true, colours: 256, dither: 0, effort: 10 }).toFile(target);
    console.log(`${target}  ${Math.round(size / 1024)} kB`);
  }
}

function walk(theme) {
  for (const old of globSync(join(seen, `story-${theme}-*.png`))) rmSync(old);
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vscode/vitest.config.ts', 'story'];
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, MASSGEN_THEME: theme } });
}
