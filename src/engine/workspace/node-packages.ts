/** Brings a `node_modules` into a workspace: a real folder of links, so that what is added to it stays in the workspace. */
import { join } from 'node:path';
import { type Bringing, bring, type Child, childrenOf, copyTree, linkFolders, ownFolder } from './bring.js';

/** Tools make them anew, and write to them. */
const CACHES = new Set(['.cache', '.vite', '.vite-temp', '.vitest', '.turbo', '.tmp', '.parcel-cache']);
/** All packages of a layout where `node_modules` itself holds links into it. */
const STORES = new Set(['.pnpm', '.store', '.bun', '.deno']);

/** `own`: folders of packages that are copied: they depend on packages of the folder, and node looks for those from where a file really is. */
export async function bringPackages(source: string, target: string, how: Bringing, own: ReadonlySet<string>): Promise<void> {
  if (!(await ownFolder(target))) return;
  const children = (await childrenOf(source)).filter(({ name }) => !CACHES.has(name));
  // What begins with a dot is no package but the state of a tool (`.prisma` …), which writes to it.
  const isLinked = ({ name, kind }: Child): boolean =>
    how.mode === 'link' && kind === 'folder' && !/^[@.]/.test(name) && !(own.size > 0 && own.has(join(source, name)));
  const linked = new Set(children.filter(isLinked));
  await linkFolders(source, target, linked, how);
  const others = children.filter((child) => !linked.has(child));
  await Promise.all(
    others.map(async ({ name, kind }) => {
      const [one, other] = [join(source, name), join(target, name)];
      if (kind !== 'folder') return bring(one, other, kind, how);
      if (name.startsWith('@') || name === '.bin') return bringPackages(one, other, how, own);
      if (STORES.has(name)) return bringStore(one, other, how, own);
      return copyTree(one, other, how);
    }),
  );
}

async function bringStore(source: string, target: string, how: Bringing, own: ReadonlySet<string>): Promise<void> {
  const children = await childrenOf(source);
  if (!children.some(({ name }) => own.has(join(source, name)))) return bring(source, target, 'folder', how);
  if (!(await ownFolder(target))) return;
  await Promise.all(
    children.map(async ({ name, kind }) => {
      const [one, other] = [join(source, name), join(target, name)];
      if (name === 'node_modules') return bringPackages(one, other, how, own);
      return own.has(one) ? copyTree(one, other, how) : bring(one, other, kind, how);
    }),
  );
}
