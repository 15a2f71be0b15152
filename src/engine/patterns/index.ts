/** The table of patterns. */
import { consensus } from './consensus.js';
import type { Pattern } from './pattern.js';
import { relay } from './relay.js';

export const patterns = [consensus, relay] as const satisfies readonly Pattern[];
