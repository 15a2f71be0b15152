/** What the folder's own scripts run: those of package.json, of a Makefile, and shell scripts, as far as their text tells. */
import { type Judged, unwrapShell } from './unwrap.js';

/** The text of a file, by its path from where the command runs; undefined where there is none that may be read. */
export type ReadText = (path: string) => string | undefined;

export interface Script {
  /** Shell text. */
  text: string;
  /** Where it stands, for people: `scripts.release of package.json`. */
  from: string;
}

/** `folder`: where it runs. */
interface Found extends Script {
  folder: string;
}

/** So many scripts are followed from one command line. */
const most = 64;

/** Every script that these commands are seen to run, and what those run in their turn. */
export function scriptsOf(commands: readonly Judged[], read: ReadText | undefined): Script[] {
  if (read === undefined) return [];
  const found = new Map<string, Script>();
  const follow = (list: readonly Judged[], base: string): void => {
    const folders = foldersOf(list, base);
    for (const command of list) {
      for (const { folder, ...script } of called(command, folders, read)) {
        const key = `${script.from}\0${script.text}`;
        if (found.has(key) || found.size >= most) continue;
        found.set(key, script);
        follow(unwrapShell(script.text).commands, folder);
      }
    }
  };
  follow(commands, '');
  return [...found.values()];
}

/** Where the commands may run: here, and in each folder that one of them goes to. */
function foldersOf(commands: readonly Judged[], base: string): string[] {
  const folders = [base];
  for (const { program, words } of commands) {
    const to = words[1];
    if ((program === 'cd' || program === 'pushd') && to?.kind === 'literal') folders.push(...folders.map((from) => joined(from, to.text)));
    for (const [at, word] of words.entries()) {
      const [, inside] = /^(?:--(?:prefix|dir|cwd|directory)=|-C(?=.))(.+)$/.exec(word.text) ?? [];
      const value = inside ?? (/^(--prefix|--dir|--cwd|--directory|-C)$/.test(word.text) ? words[at + 1]?.text : undefined);
      if (value !== undefined) folders.push(joined(base, value));
    }
  }
  return [...new Set(folders)].slice(0, 16);
}

const joined = (from: string, to: string): string => `${to.startsWith('/') ? '' : from}${to}/`.replace(/\/+$/, '/');

function called(command: Judged, folders: readonly string[], read: ReadText): Found[] {
  const args = command.words.slice(1).filter((word) => word.kind === 'literal');
  const plain = args.filter((word) => !word.text.startsWith('-')).map((word) => word.text);
  if (/^(npm|pnpm|yarn|bun)$/.test(command.program)) return folders.flatMap((folder) => packageScripts(plain, folder, read));
  if (/^g?make$/.test(command.program)) return folders.flatMap((folder) => recipes(plain, folder, read));
  if (command.program === 'just') return folders.flatMap((folder) => recipes(plain, folder, read, ['justfile', 'Justfile', '.justfile']));
  const file = shellFile(command, plain);
  if (file === undefined) return [];
  return folders.flatMap((folder) => {
    const text = read(file.startsWith('/') ? file : `${folder}${file}`);
    return text !== undefined && isShell(file, text) ? [{ text, from: file, folder }] : [];
  });
}

/** `bash deploy.sh`, `. ./env.sh`, `./deploy`. */
function shellFile(command: Judged, plain: readonly string[]): string | undefined {
  const name = command.words[0]?.text ?? '';
  if (/^(sh|bash|dash|ash|ksh|mksh|zsh|source|\.)$/.test(command.program) || name === '.') return plain[0];
  return name.includes('/') ? name : undefined;
}

const isShell = (file: string, text: string): boolean =>
  /^#!.*\b(ba|da|a|k|mk|z)?sh\b/.test(text) || /\.(sh|bash|ksh|zsh|env)$/.test(file) || (!text.startsWith('#!') && !text.includes('\0'));

/** Commands of package managers that run scripts of other names. */
const packing = new Set(['install', 'ci', 'publish', 'pack']);

function packageScripts(words: readonly string[], folder: string, read: ReadText): Found[] {
  const scripts = scriptsIn(read(`${folder}package.json`));
  const names = words.flatMap((word) => [`pre${word}`, word, `post${word}`]);
  if (words.some((word) => packing.has(word))) names.push('prepare', 'prepublishOnly', 'prepack', 'postpack');
  // Which word is the script's name depends on options that take a word; any that is a script's name may be it.
  return [...new Set(names)].flatMap((name) => {
    const text = scripts[name];
    return typeof text === 'string' ? [{ text, from: `scripts.${name} of ${folder}package.json`, folder }] : [];
  });
}

function scriptsIn(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    const scripts = typeof value === 'object' && value !== null && 'scripts' in value ? value.scripts : undefined;
    return typeof scripts === 'object' && scripts !== null ? { ...scripts } : {};
  } catch {
    // What npm cannot read either runs nothing.
    return {};
  }
}

/** The recipes of the named targets (the first one where none is named) and of what they need. */
function recipes(
  words: readonly string[],
  folder: string,
  read: ReadText,
  files: readonly string[] = ['GNUmakefile', 'makefile', 'Makefile'],
): Found[] {
  const file = files.find((name) => read(`${folder}${name}`) !== undefined);
  const text = file === undefined ? undefined : read(`${folder}${file}`);
  if (text === undefined) return [];
  const rules = rulesOf(text);
  const named = words.filter((word) => rules.has(word));
  const first = [...rules.keys()].find((name) => !name.startsWith('.'));
  const wanted = named.length > 0 ? named : first === undefined ? [] : [first];
  const seen = new Set<string>();
  const scripts: Found[] = [];
  const add = (target: string): void => {
    const rule = rules.get(target);
    if (rule === undefined || seen.has(target)) return;
    seen.add(target);
    for (const need of rule.needs) add(need);
    scripts.push({ text: rule.lines.join('\n'), from: `${target} of ${folder}${file}`, folder });
  };
  for (const target of wanted) add(target);
  return scripts;
}

function rulesOf(text: string): Map<string, { needs: string[]; lines: string[] }> {
  const rules = new Map<string, { needs: string[]; lines: string[] }>();
  let current: { needs: string[]; lines: string[] }[] = [];
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const [, targets, rest = ''] = /^([^\s#:=][^#:=]*?)\s*:{1,2}(?!=)\s*(.*)$/.exec(line) ?? [];
    if (targets !== undefined) {
      const [needs = '', ...inline] = rest.split(';');
      current = targets.split(/\s+/).map((target) => {
        const rule = rules.get(target) ?? { needs: [], lines: [] };
        rules.set(target, rule);
        rule.needs.push(...needs.split(/\s+/).filter((need) => need !== '' && need !== '|'));
        rule.lines.push(...inline);
        return rule;
      });
    } else if (/^\s+\S/.test(line)) {
      // `$(VAR)` of make and `$$x` of its shell are not known here; the words around them are.
      const command = line
        .trim()
        .replace(/^[@+-]+\s*/, '')
        .replace(/\$\([\w.-]+\)|\$\{\w+\}|\{\{[^}]*\}\}/g, 'x')
        .replaceAll('$$', '$');
      for (const rule of current) rule.lines.push(command);
    } else if (line.trim() !== '') current = [];
  }
  return rules;
}
