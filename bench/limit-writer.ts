/** The least that writing a folder's files takes, measured in a process of its own: what it keeps in memory makes no other process slower. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { entry } from './child.js';

export interface LimitWriter extends AsyncDisposable {
  files: number;
  bytes: number;
  /** Writes them into each of these new folders; in milliseconds. */
  write(to: readonly string[]): Promise<number>;
}

export async function limitWriter(root: string): Promise<LimitWriter> {
  const child = fork(entry('limit-writer-child'), [root]);
  const [content]: { files: number; bytes: number }[] = await once(child, 'message');
  return {
    files: content?.files ?? 0,
    bytes: content?.bytes ?? 0,
    async write(to) {
      child.send(to);
      const [ms]: number[] = await once(child, 'message');
      return ms ?? Number.NaN;
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
