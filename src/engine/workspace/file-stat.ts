/** A file's times, size and place on disk, as an index has them. */
import { lstatSync } from 'node:fs';
import { STAT_FIELDS, STATS } from './index-file.js';
import { inFolder, type PathBytes } from './path-bytes.js';

const BILLION = 1000000000n;

/** Undefined where nothing is there. */
export function statFields(root: string, path: PathBytes): Uint32Array | undefined {
  const disk = lstatSync(inFolder(root, path), { bigint: true, throwIfNoEntry: false });
  if (!disk) return undefined;
  const fields = new Uint32Array(STATS);
  const { mtimeNs, ctimeNs, dev, ino, mode, uid, gid, size } = disk;
  const all = { ctime: ctimeNs / BILLION, ctimeNs: ctimeNs % BILLION, mtime: mtimeNs / BILLION, mtimeNs: mtimeNs % BILLION };
  for (const [name, value] of Object.entries({ ...all, dev, ino, mode, uid, gid, size }))
    fields[STAT_FIELDS[name as keyof typeof STAT_FIELDS]] = Number(value & 0xffffffffn);
  return fields;
}

/**
 * Whether a file that is written to after that moment gets other times than these.
 * `moment`: in milliseconds; some file systems keep whole seconds only.
 */
export function isBefore(stat: Uint32Array, moment: number): boolean {
  return isTimeBefore(stat, STAT_FIELDS.ctime, moment) && isTimeBefore(stat, STAT_FIELDS.mtime, moment);
}

function isTimeBefore(stat: Uint32Array, field: number, moment: number): boolean {
  const second = Math.floor(moment / 1000);
  const [seconds, nanoseconds] = [stat[field] ?? 0, stat[field + 1] ?? 0];
  return seconds < second || (seconds === second && nanoseconds !== 0 && nanoseconds < (moment % 1000) * 1e6);
}
