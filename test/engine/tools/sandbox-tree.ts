/** A person's folder with a workspace, a peer's tree, linked dependencies and things that must not be reached, in a temp folder. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Jail, openJail, type Readable } from '../../../src/engine/tools/jail.js';

export interface TestTree extends AsyncDisposable {
  /** Everything is below this. */
  top: string;
  /** The person's repository; `folder` is `app` in it. */
  repository: string;
  folder: string;
  root: string;
  cwd: string;
  peer: string;
  /** Holds `secret.txt`. */
  outside: string;
  readable: Readable[];
  jail: Jail;
  /** Writes a file of the workspace, by a path relative to `cwd`. */
  put(path: string, content: string | Uint8Array): Promise<string>;
}

async function put(path: string, content: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

/** `nested`: the open folder is a folder inside the repository; else it is the repository. */
export async function openTree(options: { nested?: boolean } = {}): Promise<TestTree> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'massgen-jail-')));
  const repository = join(top, 'home', 'me', 'repo');
  const folder = options.nested === true ? join(repository, 'app') : repository;
  const home = join(folder, '.massgen');
  const root = join(home, 'workspaces', 's1', 'w1');
  const cwd = options.nested === true ? join(root, 'app') : root;
  const peer = join(home, 'peers', 's1', 'p1');
  const outside = join(top, 'outside');
  await put(join(outside, 'secret.txt'), 'secret');
  await put(join(home, '.gitignore'), '*\n');
  await put(join(home, 'sessions', 's1', 'events.jsonl'), '{}');
  await put(join(folder, 'src', 'a.ts'), 'person\n');
  await put(join(folder, 'node_modules', 'dep', 'index.js'), 'dep\n');
  await put(join(peer, 'src', 'a.ts'), 'peer\n');
  await symlink(join(outside, 'secret.txt'), join(peer, 'leak'));
  await put(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  await put(join(cwd, 'src', 'a.ts'), 'mine\n');
  await put(join(cwd, 'package.json'), '{}\n');
  await symlink(join(folder, 'node_modules'), join(cwd, 'node_modules'));
  await symlink(outside, join(cwd, 'out-dir'));
  await symlink(join(outside, 'secret.txt'), join(cwd, 'out-file'));
  await symlink(join(outside, 'not-yet.txt'), join(cwd, 'out-dangling'));
  await symlink('../../../../..', join(cwd, 'up'));
  await symlink('out-dir', join(cwd, 'chain'));
  await symlink('loop-b', join(cwd, 'loop-a'));
  await symlink('loop-a', join(cwd, 'loop-b'));
  await symlink('src', join(cwd, 'inner'));
  await symlink('/proc/self/root', join(cwd, 'proc'));
  await symlink('.git', join(cwd, 'git-link'));
  const readable = [
    { path: peer, shownAs: 'peers/agent1' },
    { path: join(folder, 'node_modules'), shownAs: join(folder, 'node_modules') },
  ];
  const jail = await openJail({ root, cwd, folder, folderRoot: repository, readable: () => readable });
  return {
    ...{ top, repository, folder, root, cwd, peer, outside, readable, jail },
    put: (path, content) => put(join(cwd, path), content),
    [Symbol.asyncDispose]: () => rm(top, { recursive: true, force: true }),
  };
}
