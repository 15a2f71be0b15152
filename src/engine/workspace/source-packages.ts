/** Brings a folder of packages that come as sources (Mix's `deps`) into a workspace: what is built where it lies is the workspace's own. */
import { join } from 'node:path';
import { type Bringing, bring, childrenOf, copyTree, ownFolder } from './bring.js';

/** Mix compiles into `_build`, but make, and what compiles C or Rust for it, write beside the sources. */
const BUILT_THERE = /^((GNUm|[Mm])akefile(\.win)?|c_src|native)$/;

export async function bringSources(source: string, target: string, how: Bringing): Promise<void> {
  if (!(await ownFolder(target))) return;
  for (const { name, kind } of await childrenOf(source)) {
    const [one, other] = [join(source, name), join(target, name)];
    const isBuilt = kind === 'folder' && (await childrenOf(one)).some((child) => BUILT_THERE.test(child.name));
    await (isBuilt ? copyTree(one, other, how) : bring(one, other, kind, how));
  }
}
