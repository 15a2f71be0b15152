/** First paint of a large diff in a real browser, beside the same text as it comes. Prints pairs, or why there is no browser. */
import type { Page } from 'playwright-core';
import type { FileDiff, HunkDiff } from '../../src/protocol/review.js';
import { type Bench, openBench, opened, openView, row } from '../../test/webview/fake-host.js';
import { whole } from '../../test/webview/story.js';
import { FILES, LINES, type Painted, type Painting, type Pair } from '../first-paint-pairs.js';

const PAIRS = 7;

const file = (at: number): FileDiff => ({
  path: `src/module-${String(at).padStart(3, '0')}/index.ts`,
  kind: 'modified',
  binary: false,
  added: LINES,
  removed: 0,
  changedBy: ['c4'],
});
const lines = Array.from({ length: LINES }, (_, at) => `+export const value${at} = compute(${at}, 'of line ${at}') ?? ${at * 7};`);
const long: HunkDiff = { number: 1, oldStart: 1, oldLines: 0, newStart: 1, newLines: LINES, lines, same: [], differently: [] };

/** Waits until `find` finds something and a frame with it was drawn; `began` is when the page got what it shows. */
const paint = (page: Page, began: string, find: string): Promise<Painted> =>
  page.evaluate(
    ([start = '', selector = '']) =>
      new Promise<Painted>((resolve) => {
        const look = (): void => {
          const from: unknown = Reflect.get(window, start);
          if (typeof from !== 'number' || document.querySelector(selector) === null) requestAnimationFrame(look);
          // What this frame has is on the screen when the next task after it runs.
          else setTimeout(() => resolve({ ms: performance.now() - from, nodes: document.querySelectorAll('*').length }));
        };
        look();
      }),
    [began, find],
  );

/** From the message that brings the diff to the frame that shows it. */
async function diffOf(
  bench: Bench,
  files: readonly FileDiff[],
  hunks: readonly HunkDiff[],
  marked: 'files' | 'hunks',
  find: string,
): Promise<Painted> {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await using view = await openView(bench, 'review', {
    opened: opened('review', whole, { rows: [row()] }),
    async answer(query) {
      if (query.get !== 'files' && query.get !== 'hunks') return undefined;
      if (query.get === marked) await held;
      if (query.get === 'files') return query.candidate === 'c4' ? files : [];
      return hunks;
    },
  });
  await view.page.evaluate((kind) => {
    // Before the app's own listener has it.
    window.addEventListener(
      'message',
      ({ data }) => {
        const brings =
          data.send === 'answer' && Array.isArray(data.value) && (kind === 'hunks' ? data.value[0]?.lines : data.value[0]?.path);
        if (brings && Reflect.get(window, 'began') === undefined) Reflect.set(window, 'began', performance.now());
      },
      { capture: true },
    );
  }, marked);
  const painted = paint(view.page, 'began', find);
  letGo();
  return await painted;
}

/** The limit: one element with all of the text. */
async function plainOf(bench: Bench): Promise<Painted> {
  const page = await bench.context.newPage();
  try {
    await page.setViewportSize({ width: 1360, height: 860 });
    await page.setContent('<body style="font: 13px monospace"></body>');
    const painted = paint(page, 'began', 'pre');
    await page.evaluate((all) => {
      Reflect.set(window, 'began', performance.now());
      const pre = document.createElement('pre');
      pre.textContent = all.join('\n');
      document.body.append(pre);
    }, lines);
    return await painted;
  } finally {
    await page.close();
  }
}

async function painting(): Promise<Painting> {
  const bench = await openBench();
  if (bench === undefined) return { skipped: 'no browser can be had' };
  try {
    const many = Array.from({ length: FILES }, (_, at) => file(at));
    const short: HunkDiff = { ...long, lines: lines.slice(0, 20), newLines: 20 };
    const pairs: Pair[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1)
      pairs.push({
        diff: await diffOf(bench, [file(0)], [long], 'hunks', '.diff-rows .line'),
        plain: await plainOf(bench),
        files: await diffOf(bench, many, [short], 'files', '.diff-rows .line'),
      });
    return { pairs };
  } finally {
    await bench.close();
  }
}

process.stdout.write(JSON.stringify(await painting()));
