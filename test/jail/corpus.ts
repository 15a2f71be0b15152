/** The corpus: some hundreds of ways out, as data. */
import type { Attempt } from './attempt.js';
import { inGit } from './families/git.js';
import { reading } from './families/reading.js';
import { running } from './families/running.js';
import { throughTools } from './families/tools.js';
import { writing } from './families/writing.js';

export const corpus: readonly Attempt[] = [...writing, ...reading, ...inGit, ...running, ...throughTools];
