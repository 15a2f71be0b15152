/** What the sandbox library's line for bubblewrap lacks: its mounts are known to it only at the same path, and what it hides it leaves writable. */
import { existsSync } from 'node:fs';
import { quote } from './quote.js';

/** Parts of `/proc` by which root, even without its capabilities, changes the machine: what containers hold read-only, too. */
const OF_THE_KERNEL = ['/proc/sys', '/proc/irq', '/proc/bus', '/proc/fs', '/proc/acpi', '/proc/sysrq-trigger'];

/** Empty and private: programs make their own files there. */
const STAY_WRITABLE = ['/tmp', '/run'];

/**
 * `/tmp` becomes the command's own temp folder, so that what one command leaves there the next one of the same scope finds.
 * Invariant: what is hidden is read-only, so that who writes there is told instead of losing it; and settings of the kernel are, whoever runs it.
 * Where the line is of another form nothing is changed, and the trial of the sandbox tells whether that holds.
 */
export function tightened(line: string, temp: string): string {
  const proc = / --dev \/dev (.*?)--proc \/proc /.exec(line);
  if (!/^('[^']*\/|[^\s']*\/)bwrap'? /.test(line) || proc === null) return line;
  const mounts = line.slice(0, proc.index);
  const hidden = [...mounts.matchAll(/ --tmpfs ((?:\\.|'[^']*'|"[^"]*"|[^\s'"\\])+)/g)].flatMap(([, path]) =>
    path === undefined || STAY_WRITABLE.includes(path) ? [] : [path],
  );
  const sealed = [...new Set(hidden)].map((path) => ` --remount-ro ${path}`).join('');
  const kernel = OF_THE_KERNEL.filter((path) => existsSync(path))
    .map((path) => `--ro-bind ${path} ${path} `)
    .join('');
  const rest = line.slice(proc.index).replace('--proc /proc ', () => `--proc /proc ${kernel}--unshare-ipc `);
  return `${mounts.replace(' --tmpfs /tmp ', () => ` --bind ${quote(temp)} /tmp `)}${sealed}${rest}`;
}
