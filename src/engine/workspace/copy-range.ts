/** Writes a range of a tree's files into a folder, copied from a folder that is known to have them. Runs in a thread of its own. */

/** Shared memory: a range is told by numbers alone, and nothing is copied between threads. */
export interface CopyJob {
  /** The folder that is copied from, and the new one. */
  from: string;
  to: string;
  /** The paths, each followed by a NUL; where each begins (and, one more, where the last ends). */
  names: Uint8Array;
  offsets: Uint32Array;
  /** For each file: 0 none of ours, 1 a file, 2 an executable, 3 a link. */
  kinds: Uint8Array;
  /** Ten numbers for each file, as an index has them: what the source must be, to be known; all 0 where it is not known. */
  expected: Uint32Array;
  /** Ten numbers for each file that was written, for an index. */
  stats: Uint32Array;
  /** For each file: 1 where it was written. */
  written: Uint8Array;
  begin: number;
  end: number;
  /** Whether the file system can share blocks between copies. */
  reflinks: boolean;
  /** Writes nothing: the files are there, and their stats are asked for. */
  statOnly: boolean;
}

/**
 * Invariant: a file is only written where its source had, after it was read, the very times, size and inode that it had when its content
 * was last hashed, so that what is written is what the tree says. Whatever is not so, or fails, stays unwritten.
 *
 * It is turned into text for the thread, so that it may use nothing but its argument and what Node has by name.
 */
export function copyRange(job: CopyJob): void {
  const fs = process.getBuiltinModule('node:fs');
  const windows = process.platform === 'win32';
  const billion = 1000000000n;
  const names = Buffer.from(job.names.buffer, job.names.byteOffset, job.names.byteLength);
  const buffer = Buffer.allocUnsafe(1 << 20);
  const made = new Set<string>();

  const pathIn = (root: string, number: number): string | Buffer => {
    const bytes = names.subarray(job.offsets[number], (job.offsets[number + 1] ?? 1) - 1);
    const text = bytes.toString('utf8');
    return text.includes('\uFFFD') ? Buffer.concat([Buffer.from(`${root}/`), bytes]) : `${root}/${text}`;
  };
  const makeFolder = (number: number): void => {
    const bytes = names.subarray(job.offsets[number], (job.offsets[number + 1] ?? 1) - 1);
    const slash = bytes.lastIndexOf(47);
    if (slash < 0) return;
    const key = bytes.toString('latin1', 0, slash);
    if (made.has(key)) return;
    fs.mkdirSync(Buffer.concat([Buffer.from(`${job.to}/`), bytes.subarray(0, slash)]), { recursive: true });
    made.add(key);
  };
  type Stat = ReturnType<typeof fs.fstatSync> & {
    mtimeNs: bigint;
    ctimeNs: bigint;
    ino: bigint;
    size: bigint;
    dev: bigint;
    uid: bigint;
    gid: bigint;
  };
  const is = (stat: Stat, number: number): boolean => {
    const at = number * 10;
    const want = (field: number) => job.expected[at + field] ?? 0;
    const same = (ns: bigint, seconds: number, rest: number) =>
      Number(ns / billion) === seconds && (rest === 0 || Number(ns % billion) === rest);
    if (!same(stat.mtimeNs, want(2), want(3)) || Number(stat.size & 0xffffffffn) !== want(9)) return false;
    return windows || (same(stat.ctimeNs, want(0), want(1)) && Number(stat.ino & 0xffffffffn) === want(5));
  };
  const record = (stat: Stat, number: number): void => {
    const at = number * 10;
    const fields = [stat.ctimeNs / billion, stat.ctimeNs % billion, stat.mtimeNs / billion, stat.mtimeNs % billion];
    fields.push(stat.dev, stat.ino, 0n, stat.uid, stat.gid, stat.size);
    for (let field = 0; field < 10; field++) job.stats[at + field] = Number((fields[field] ?? 0n) & 0xffffffffn);
    job.written[number] = 1;
  };
  const times = (number: number): [number, number] => {
    const seconds = (job.expected[number * 10 + 2] ?? 0) + (job.expected[number * 10 + 3] ?? 0) / 1e9;
    return [seconds, seconds];
  };
  const remove = (path: string | Buffer): void => fs.rmSync(path, { force: true });

  const copyLink = (number: number): void => {
    const [source, target] = [pathIn(job.from, number), pathIn(job.to, number)];
    const to = fs.readlinkSync(source, { encoding: 'buffer' });
    if (!is(fs.lstatSync(source, { bigint: true }) as Stat, number)) return;
    fs.symlinkSync(to, target);
    fs.lutimesSync(target, ...times(number));
    record(fs.lstatSync(target, { bigint: true }) as Stat, number);
  };

  const copySmall = (number: number, size: number): void => {
    const [source, target] = [pathIn(job.from, number), pathIn(job.to, number)];
    const input = fs.openSync(source, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
    try {
      let length = 0;
      for (let read = -1; read !== 0 && length < size; length += read) read = fs.readSync(input, buffer, length, size - length, null);
      if (length !== size || !is(fs.fstatSync(input, { bigint: true }) as Stat, number)) return;
    } finally {
      fs.closeSync(input);
    }
    const output = fs.openSync(target, 'wx', job.kinds[number] === 2 ? 0o777 : 0o666);
    try {
      for (let at = 0; at < size; ) at += fs.writeSync(output, buffer, at, size - at);
      fs.futimesSync(output, ...times(number));
      record(fs.fstatSync(output, { bigint: true }) as Stat, number);
    } finally {
      fs.closeSync(output);
    }
  };

  const copyWhole = (number: number): void => {
    const [source, target] = [pathIn(job.from, number), pathIn(job.to, number)];
    // Made first, so that it has the permissions that a new file has.
    fs.closeSync(fs.openSync(target, 'wx', job.kinds[number] === 2 ? 0o777 : 0o666));
    const { mode } = fs.lstatSync(target);
    fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE);
    const stat = fs.lstatSync(source, { bigint: true }) as Stat;
    if (!stat.isFile() || !is(stat, number)) {
      remove(target);
      return;
    }
    fs.chmodSync(target, mode & 0o7777);
    fs.utimesSync(target, ...times(number));
    record(fs.lstatSync(target, { bigint: true }) as Stat, number);
  };

  for (let number = job.begin; number < job.end; number++) {
    const kind = job.kinds[number] ?? 0;
    if (kind === 0 || job.written[number] === 1) continue;
    const target = pathIn(job.to, number);
    try {
      if (job.statOnly) {
        record(fs.lstatSync(target, { bigint: true }) as Stat, number);
        continue;
      }
      makeFolder(number);
      const size = job.expected[number * 10 + 9] ?? 0;
      if ((job.expected[number * 10 + 2] ?? 0) === 0) continue;
      if (kind === 3) copyLink(number);
      else if (job.reflinks || size > buffer.length) copyWhole(number);
      else copySmall(number, size);
    } catch {
      // It is not there, not readable, or no longer what it was: its content is taken from the store instead.
      if (!job.statOnly) remove(target);
      job.written[number] = 0;
    }
  }
}
