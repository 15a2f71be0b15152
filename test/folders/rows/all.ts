/** The whole corpus. */
import type { Row } from '../row.js';
import { contents } from './contents.js';
import { disks } from './disks.js';
import { kinds } from './kinds.js';
import { names } from './names.js';
import { managed } from './package-managers.js';
import { installed } from './packages.js';
import { repositories } from './repositories.js';
import { surroundings } from './surroundings.js';

export const rows: readonly Row[] = [...repositories, ...contents, ...names, ...kinds, ...surroundings, ...disks, ...installed, ...managed];
