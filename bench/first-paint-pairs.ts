/** What the first-paint benchmark and its browser tell each other. */

export const LINES = 20_000;
export const FILES = 300;

export interface Painted {
  /** From when the page has what it shows to the end of the frame that shows it. */
  ms: number;
  /** Elements of the whole page. */
  nodes: number;
}

export interface Pair {
  diff: Painted;
  plain: Painted;
  files: Painted;
}

export type Painting = { pairs: Pair[] } | { skipped: string };
