/** Brings Composer's `vendor` into a workspace: PHP finds the folder's own classes from where the autoloader really is, so that is copied. */
import { join } from 'node:path';
import { type Bringing, bring, childrenOf, copyOf, ownFolder } from './bring.js';

export async function bringComposer(source: string, target: string, how: Bringing): Promise<void> {
  await bringFolders(source, target, how, 1);
}

/** Packages lie two folders deep: `vendor/name/package`. What is beside them is Composer's own. */
async function bringFolders(source: string, target: string, how: Bringing, depth: number): Promise<void> {
  if (!(await ownFolder(target))) return;
  for (const { name, kind } of await childrenOf(source)) {
    const [one, other] = [join(source, name), join(target, name)];
    if (kind === 'folder' && depth > 0) await bringFolders(one, other, how, depth - 1);
    else if (kind === 'file') await copyOf(one, other);
    else await bring(one, other, kind, how);
  }
}
