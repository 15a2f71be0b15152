/** Checks of tools that the folder's own files name, by the tools' usual commands. */
import { type Ecosystem, ecosystems, type Mark } from './ecosystems.js';
import type { Found } from './found.js';
import { fileAt, type Place } from './place.js';
import { timeoutOf } from './spec.js';

export async function detectTools(place: Place): Promise<Found[]> {
  const lists = await Promise.all(ecosystems.map((kind) => checksOf(kind, place)));
  return lists.flat();
}

async function checksOf(kind: Ecosystem, place: Place): Promise<Found[]> {
  const file = await firstMark(place, kind.marks);
  if (file === undefined) return [];
  const covers = kind.covers !== undefined && (await firstMark(place, kind.covers)) !== undefined;
  const it = await programOf(kind, place);
  const found: Found[] = [];
  for (const { name, command, when } of kind.checks) {
    if (found.some((one) => one.spec.name === name)) continue;
    const setBy = when === undefined ? file : await firstMark(place, when);
    if (setBy === undefined) continue;
    const spec = {
      name,
      command: command.replace('{it}', it),
      cwd: place.path,
      source: setBy,
      definedIn: [...new Set([file, setBy])].map((one) => fileAt(place, one)),
      timeoutSeconds: timeoutOf(name),
    };
    found.push({ by: 'tool', tool: kind.tool, language: kind.language, covers, spec });
  }
  return found;
}

/** The shell of Windows knows what it is to start by backslashes alone, and adds the ending itself. */
export async function programOf(
  { wrappers = [], program, tool }: Pick<Ecosystem, 'wrappers' | 'program' | 'tool'>,
  place: Place,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  for (const [file, command] of wrappers) {
    if ((await firstMark(place, [{ file }])) === undefined) continue;
    return platform === 'win32' ? command.replaceAll('/', '\\') : command;
  }
  return program ?? tool;
}

/** The first file that one of the marks finds. */
async function firstMark(place: Place, marks: readonly Mark[]): Promise<string | undefined> {
  for (const { file, has } of marks) {
    for (const name of await filesLike(place, file)) if (has === undefined || has.test((await place.text(name)) ?? '')) return name;
  }
  return undefined;
}

/** A name with folders in it is looked for there; so is a pattern that begins with them. */
async function filesLike(place: Place, file: string | RegExp): Promise<string[]> {
  if (typeof file === 'string') {
    const [folder, ...rest] = file.split('/');
    if (folder === undefined || rest.length === 0) return place.entries.has(file) ? [file] : [];
    return place.entries.has(folder) && (await place.list(folder)).includes(rest.join('/')) ? [file] : [];
  }
  const here = [...place.entries].filter((name) => file.test(name));
  if (!file.source.includes('\\/')) return here;
  const folders = ['test', 'tests'].filter((folder) => place.entries.has(folder));
  const inside = await Promise.all(folders.map(async (folder) => (await place.list(folder)).map((name) => `${folder}/${name}`)));
  return inside.flat().filter((name) => file.test(name));
}
