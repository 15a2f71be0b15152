/** Which programs there are on this machine. */
import { findProgram } from '../../src/engine/process/programs.js';

export const isHere = ({ needs }: { needs?: string }): boolean => needs === undefined || findProgram(needs, process.env.PATH) !== undefined;
