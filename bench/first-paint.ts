/** First paint of a diff of 20,000 lines, and of one of 300 files, in a real browser beside a `<pre>` with the same text. */
import { measured } from './child.js';
import { FILES, LINES, type Painting, type Pair } from './first-paint-pairs.js';
import { median } from './numbers.js';
import type { Row } from './row.js';

/** No measurement stands behind it but reason: what is not seen must not cost, so rows beat the browser's own way of showing all of the text. */
const TIME = 1;
/** What the test of the review panel holds for any number of lines and files (`test/webview/review.test.ts`). */
const NODES = 1500;

export async function bench(): Promise<Row[]> {
  const painting = await measured<Painting>('first-paint-child');
  if ('skipped' in painting) return [skipped(painting.skipped)];
  const { pairs } = painting;
  return [...rowsOf(`diff of ${LINES} lines`, pairs, ({ diff }) => diff), ...rowsOf(`diff of ${FILES} files`, pairs, ({ files }) => files)];
}

const skipped = (why: string): Row => ({
  name: 'first paint',
  ours: Number.NaN,
  peer: '',
  ratio: Number.NaN,
  target: '',
  ok: true,
  skipped: why,
});

function rowsOf(name: string, pairs: readonly Pair[], of: (pair: Pair) => Pair['diff']): Row[] {
  const ratio = median(pairs.map((pair) => of(pair).ms / pair.plain.ms));
  const nodes = Math.max(...pairs.map((pair) => of(pair).nodes));
  return [
    {
      name: `first paint: ${name}, ms`,
      ours: median(pairs.map((pair) => of(pair).ms)),
      peer: `${median(pairs.map(({ plain }) => plain.ms)).toFixed(0)}: ${LINES} lines as one <pre>`,
      ratio,
      target: `<= ${TIME}`,
      ok: ratio <= TIME,
    },
    {
      name: `first paint: ${name}, elements`,
      ours: nodes,
      peer: `${NODES}: limit, whatever the size`,
      ratio: nodes / NODES,
      target: '<= 1',
      ok: nodes <= NODES,
    },
  ];
}
