/** What `.massgen/` takes of the disk, in words. */
import { inline, plural } from '../../engine/export/names.js';
import type { Pruned, Sizes } from '../../engine/storage.js';

/** `1.2 MB`, of a thousand each. */
export function bytesText(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const at = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** at;
  return `${at > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

export const sizesText = ({ sessions, store, workspaces, total }: Sizes): string =>
  `.massgen takes ${bytesText(total)}: sessions ${bytesText(sessions)}, store ${bytesText(store)}, workspaces ${bytesText(workspaces)}`;

export function prunedText({ removed, stayed, workspaces, freed, storeKept }: Pruned, dryRun: boolean): string {
  const rows = removed.map(({ id, title, bytes }) => `  ${id}  ${bytesText(bytes)}  ${inline(title)}`);
  const left = stayed.map(({ id, why }) => `  ${id} stays: ${why}`);
  const would = dryRun ? 'would go' : 'removed';
  return [
    `${plural(removed.length, 'session')} ${would}${rows.length > 0 ? ':' : '.'}`,
    ...rows,
    ...left,
    ...(workspaces.length > 0 ? [`Left-over workspaces of ${plural(workspaces.length, 'session')} ${would}.`] : []),
    ...(storeKept === undefined ? [] : [storeKept]),
    ...(freed === undefined ? [] : [`${bytesText(freed)} freed.`]),
  ].join('\n');
}
