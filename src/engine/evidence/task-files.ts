/** The files in which a folder names its own tasks, and how each is run. */
import { parse } from 'yaml';
import { objectOf, stringsOf } from './json.js';
import type { Place } from './place.js';

export interface Task {
  /** What it runs, '' where that is not known. */
  body: string;
  /** Other tasks that it runs first. */
  needs: readonly string[];
}

export interface TaskFile {
  tool: string;
  /** What its tasks are about; absent where that can be anything. */
  language?: string;
  /** Its names, in the order in which the tool itself looks. */
  files: readonly string[];
  tasks(text: string): ReadonlyMap<string, Task>;
  command(task: string, places: readonly Place[]): Promise<string> | string;
  /** As a source tells it: `package.json scripts.test`. */
  label(file: string, task: string): string;
  /** Whether its tasks look at the packages below, too. */
  covers(text: string, place: Place): boolean;
}

const named = (file: string, task: string): string => `${file} ${task}`;
const always = (): boolean => true;

export const taskFiles: readonly TaskFile[] = [
  {
    tool: 'npm',
    language: 'javascript',
    files: ['package.json'],
    tasks: (text) => bodies(stringsOf(objectOf(text).scripts)),
    async command(task, places) {
      const manager = await managerOf(places);
      return manager === 'npm' && task === 'test' ? 'npm test' : `${manager} run ${task}`;
    },
    label: (file, task) => `${file} scripts.${task}`,
    covers: (text, place) =>
      'workspaces' in objectOf(text) ||
      ['pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'turbo.json'].some((file) => place.entries.has(file)),
  },
  {
    tool: 'composer',
    language: 'php',
    files: ['composer.json'],
    tasks: (text) => bodies(joined(objectOf(text).scripts)),
    command: (task) => `composer run-script ${task}`,
    label: (file, task) => `${file} scripts.${task}`,
    covers: () => false,
  },
  {
    tool: 'deno',
    language: 'deno',
    files: ['deno.json', 'deno.jsonc'],
    tasks: (text) => bodies(denoTasks(yamlOf(text).tasks)),
    command: (task) => `deno task ${task}`,
    label: (file, task) => `${file} tasks.${task}`,
    covers: (text) => 'workspace' in yamlOf(text),
  },
  {
    tool: 'make',
    files: ['GNUmakefile', 'makefile', 'Makefile'],
    tasks: makeTargets,
    command: (task) => `make ${task}`,
    label: named,
    covers: always,
  },
  {
    tool: 'just',
    files: ['justfile', 'Justfile', '.justfile'],
    tasks: justRecipes,
    command: (task) => `just ${task}`,
    label: named,
    covers: always,
  },
  {
    tool: 'task',
    files: ['Taskfile.yml', 'taskfile.yml', 'Taskfile.yaml', 'taskfile.yaml'],
    tasks: (text) =>
      new Map(Object.entries(objectIn(yamlOf(text).tasks)).map(([name, task]) => [name, { body: JSON.stringify(task), needs: [] }])),
    command: (task) => `task ${task}`,
    label: named,
    covers: always,
  },
  {
    tool: 'rake',
    language: 'ruby',
    files: ['Rakefile', 'rakefile', 'Rakefile.rb'],
    tasks: rakeTasks,
    command: (task, places) => (places[0]?.entries.has('Gemfile') ? `bundle exec rake ${task}` : `rake ${task}`),
    label: named,
    covers: () => false,
  },
];

const bodies = (scripts: Record<string, string>): Map<string, Task> =>
  new Map(Object.entries(scripts).map(([name, body]) => [name, { body, needs: [] }]));

const objectIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** A script of composer is a line or a list of them. */
const joined = (scripts: unknown): Record<string, string> =>
  stringsOf(
    Object.fromEntries(Object.entries(objectIn(scripts)).map(([name, body]) => [name, Array.isArray(body) ? body.join(' && ') : body])),
  );

/** A task of deno is a line, or an object with one. */
const denoTasks = (tasks: unknown): Record<string, string> =>
  stringsOf(
    Object.fromEntries(
      Object.entries(objectIn(tasks)).map(([name, task]) => [name, typeof task === 'string' ? task : objectIn(task).command]),
    ),
  );

/** YAML, and with it JSON that has comments; empty where it is neither, as its tool has no tasks then either. */
function yamlOf(text: string): Record<string, unknown> {
  try {
    return objectIn(parse(text.replaceAll(/^\s*\/\/.*$/gm, ''), { logLevel: 'silent' }));
  } catch {
    return {};
  }
}

/** Targets with their prerequisites. Assignments, patterns and special targets are left out. */
function makeTargets(makefile: string): Map<string, Task> {
  const targets = new Map<string, Task>();
  let open: string[] = [];
  for (const line of makefile.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const rule = /^([A-Za-z0-9][\w.\- ]*?)\s*::?(?!=)\s*([^=;#]*)(?:;(.*)|#.*)?$/.exec(line);
    if (!rule) {
      for (const target of open) if (line.startsWith('\t')) add(targets, target, { body: line, needs: [] });
      continue;
    }
    open = (rule[1] ?? '').split(/\s+/);
    const needs = (rule[2] ?? '').split(/\s+/).filter((word) => word !== '');
    for (const target of open) add(targets, target, { body: rule[3] ?? '', needs });
  }
  return targets;
}

/** `name params: dependencies`; private ones begin with `_`. One that wants parameters is no check. */
function justRecipes(justfile: string): Map<string, Task> {
  const recipes = new Map<string, Task>();
  let open: string | undefined;
  for (const line of justfile.split(/\r?\n/)) {
    const recipe = /^@?([A-Za-z][\w-]*)((?:\s+[^:=]+(?:=[^:]+)?)*)\s*:(?!=)\s*([^#]*)/.exec(line);
    if (recipe && !/^(set|alias|export|import|mod)\s/.test(line)) {
      const wants = (recipe[2] ?? '').split(/\s+/).some((word) => word !== '' && !word.includes('=') && !word.startsWith('*'));
      open = wants ? undefined : recipe[1];
      if (open !== undefined) add(recipes, open, { body: '', needs: (recipe[3] ?? '').split(/[\s&]+/).filter((word) => word !== '') });
    } else if (open !== undefined && /^\s+\S/.test(line)) add(recipes, open, { body: line.trim(), needs: [] });
    else if (/^\S/.test(line)) open = undefined;
  }
  return recipes;
}

const RAKE_TASKS: readonly (readonly [pattern: RegExp, fallback: string])[] = [
  [/^\s*(?:multi)?task[ (]+:?["']?([\w:]+)/, ''],
  [/Rake::TestTask\.new(?:[ (]+:?["']?(\w+))?/, 'test'],
  [/RSpec::Core::RakeTask\.new(?:[ (]+:?["']?(\w+))?/, 'spec'],
  [/RuboCop::RakeTask\.new(?:[ (]+:?["']?(\w+))?/, 'rubocop'],
];

function rakeTasks(rakefile: string): Map<string, Task> {
  const tasks = new Map<string, Task>();
  for (const line of rakefile.split(/\r?\n/)) {
    for (const [pattern, fallback] of RAKE_TASKS) {
      const found = pattern.exec(line);
      const name = found && (found[1] ?? fallback).replace(/:$/, '');
      if (name) add(tasks, name, { body: line.trim(), needs: [...line.matchAll(/=>.*?:(\w+)/g)].map((match) => match[1] ?? '') });
    }
  }
  return tasks;
}

function add(tasks: Map<string, Task>, name: string, { body, needs }: Task): void {
  const before = tasks.get(name);
  tasks.set(name, { body: [before?.body, body].filter(Boolean).join('\n'), needs: [...(before?.needs ?? []), ...needs] });
}

const LOCKFILES: readonly (readonly [file: string, manager: string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** `packageManager` decides, else a lockfile here or above, else npm. */
async function managerOf(places: readonly Place[]): Promise<string> {
  for (const place of places) {
    const { packageManager } = objectOf(await place.text('package.json'));
    const set = typeof packageManager === 'string' ? /^(npm|pnpm|yarn|bun)\b/.exec(packageManager)?.[1] : undefined;
    if (set !== undefined) return set;
  }
  for (const place of places) {
    const lockfile = LOCKFILES.find(([file]) => place.entries.has(file));
    if (lockfile) return lockfile[1];
  }
  return 'npm';
}
