/** The table of patterns. */
import { consensus } from './consensus.js';
import type { Pattern } from './pattern.js';

export const patterns = [consensus] as const satisfies readonly Pattern[];
