/** Sockets that programs of this machine listen on by a path: by one of them a command could have another program act for it. */
import { lstatSync, readFileSync } from 'node:fs';

/** Those that are there now, as the kernel lists them; none where there is no such list. */
export function otherSockets(): string[] {
  let list: string;
  try {
    list = readFileSync('/proc/net/unix', 'utf8');
  } catch {
    // Not Linux, or hidden: what lies in hidden places is held by that.
    return [];
  }
  const paths = list.split('\n').flatMap((line) => /^(?:\S+\s+){7}(\/.+)$/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].filter(isSocket);
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    // It is gone, or of another container.
    return false;
  }
}
