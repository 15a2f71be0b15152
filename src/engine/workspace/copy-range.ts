/** Writes a range of a tree's files into folders, copied from a folder that is known to have them. Runs in a thread of its own. */

/** Shared memory: a range is told by numbers alone, and nothing is copied between threads. */
export interface CopyJob {
  /** The folder that is copied from, and the new ones. */
  from: string;
  to: readonly string[];
  /** The paths, each followed by a NUL; where each begins (and, one more, where the last ends). */
  names: Uint8Array;
  offsets: Uint32Array;
  /** For each file: 0 none of ours, 1 a file, 2 an executable, 3 a link. */
  kinds: Uint8Array;
  /** Ten numbers for each file, as an index has them: what the source must be, to be known; all 0 where it is not known. */
  expected: Uint32Array;
  /** For each file: 1 where it was written into every folder. */
  written: Uint8Array;
  begin: number;
  end: number;
  /** Whether the file system can share blocks between copies. */
  reflinks: boolean;
}

/** What a thread has for one job, as long as it works on it. */
export interface CopyTools {
  /** The largest file that is read at once has as many bytes. */
  buffer: Buffer;
  /** Folders that are there in every new one. */
  made: Set<string>;
}

export const toolsForCopying = (): CopyTools => ({ buffer: Buffer.allocUnsafe(1 << 20), made: new Set() });

/**
 * A file that was written has its source's time in whole seconds.
 * Invariant: a file is only written where its source had, after it was read, the very times, size and inode that it had when its content
 * was last hashed, so that what is written is what the tree says. Whatever is not so, or fails, counts as not written.
 *
 * It is turned into text for the thread, so that it may use nothing but its arguments and what Node has by name.
 */
export function copyRange(job: CopyJob, { buffer, made }: CopyTools): void {
  const fs = process.getBuiltinModule('node:fs');
  const windows = process.platform === 'win32';
  const billion = 1000000000n;
  const names = Buffer.from(job.names.buffer, job.names.byteOffset, job.names.byteLength);
  const create = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL;

  const nameOf = (number: number): Buffer => names.subarray(job.offsets[number], (job.offsets[number + 1] ?? 1) - 1);
  let named = -1;
  let name = '';
  /** Where a file is in a folder; as bytes where it is not UTF-8. */
  const pathIn = (root: string, number: number): string | Buffer => {
    if (named !== number) [named, name] = [number, nameOf(number).toString('utf8')];
    return name.includes('\uFFFD') ? Buffer.concat([Buffer.from(`${root}/`), nameOf(number)]) : `${root}/${name}`;
  };
  const makeFolders = (number: number): void => {
    const name = nameOf(number);
    const slash = name.lastIndexOf(47);
    if (slash < 0) return;
    const key = name.toString('latin1', 0, slash);
    if (made.has(key)) return;
    for (const to of job.to) fs.mkdirSync(Buffer.concat([Buffer.from(`${to}/`), name.subarray(0, slash)]), { recursive: true });
    made.add(key);
  };
  const expected = (number: number, field: number): number => job.expected[number * 10 + field] ?? 0;
  const seconds = (number: number): number => expected(number, 2);
  const size = (number: number): number => expected(number, 9);

  type Stat = { mtimeNs: bigint; ctimeNs: bigint; ino: bigint; size: bigint; isFile(): boolean };
  const is = (stat: Stat, number: number): boolean => {
    const same = (ns: bigint, at: number) =>
      Number(ns / billion) === expected(number, at) &&
      (expected(number, at + 1) === 0 || Number(ns % billion) === expected(number, at + 1));
    if (!same(stat.mtimeNs, 2) || Number(stat.size & 0xffffffffn) !== size(number)) return false;
    return windows || (same(stat.ctimeNs, 0) && Number(stat.ino & 0xffffffffn) === expected(number, 5));
  };

  const copyLink = (number: number): boolean => {
    const source = pathIn(job.from, number);
    const leads = fs.readlinkSync(source, { encoding: 'buffer' });
    if (!is(fs.lstatSync(source, { bigint: true }), number)) return false;
    for (const to of job.to) {
      const target = pathIn(to, number);
      // Windows has links to folders and links to files, and what a link leads to may not be there yet.
      fs.symlinkSync(leads, target, windows && fs.statSync(source, { throwIfNoEntry: false })?.isDirectory() ? 'dir' : 'file');
      fs.lutimesSync(target, seconds(number), seconds(number));
    }
    return true;
  };

  const copySmall = (number: number): boolean => {
    const input = fs.openSync(pathIn(job.from, number), fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
    try {
      let length = 0;
      for (let read = -1; read !== 0 && length < size(number); length += read)
        read = fs.readSync(input, buffer, length, size(number) - length, null);
      if (length !== size(number) || !is(fs.fstatSync(input, { bigint: true }), number)) return false;
    } finally {
      fs.closeSync(input);
    }
    for (const to of job.to) {
      const output = fs.openSync(pathIn(to, number), create, job.kinds[number] === 2 ? 0o777 : 0o666);
      try {
        for (let at = 0; at < size(number); ) at += fs.writeSync(output, buffer, at, size(number) - at);
        fs.futimesSync(output, seconds(number), seconds(number));
      } finally {
        fs.closeSync(output);
      }
    }
    return true;
  };

  const copyWhole = (number: number): boolean => {
    const source = pathIn(job.from, number);
    for (const to of job.to) {
      const target = pathIn(to, number);
      // Made first, so that it has the permissions that a new file has.
      fs.closeSync(fs.openSync(target, 'wx', job.kinds[number] === 2 ? 0o777 : 0o666));
      const { mode } = fs.lstatSync(target);
      fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE);
      const stat = fs.lstatSync(source, { bigint: true });
      if (!stat.isFile() || !is(stat, number)) return false;
      fs.chmodSync(target, mode & 0o7777);
      fs.utimesSync(target, seconds(number), seconds(number));
    }
    return true;
  };

  const copy = (number: number): boolean => {
    try {
      makeFolders(number);
      if (seconds(number) === 0) return false;
      if (job.kinds[number] === 3) return copyLink(number);
      return job.reflinks || size(number) > buffer.length ? copyWhole(number) : copySmall(number);
    } catch {
      // It is not there, not readable, or no longer what it was: its content is taken from the store instead.
      return false;
    }
  };

  for (let number = job.begin; number < job.end; number++) {
    if (job.kinds[number] !== 0 && copy(number)) job.written[number] = 1;
  }
}
