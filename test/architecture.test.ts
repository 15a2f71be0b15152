import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Option } from 'commander';
import * as esbuild from 'esbuild';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { commands } from '../src/cli/commands.js';
import { tools } from '../src/engine/tools/index.js';
import { toolNames } from '../src/engine/tools/names.js';
import { type Layer, layersOf, violationsIn } from './layers.js';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const layers = layersOf(read('ARCHITECTURE.md'));
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'architecture-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => /\.tsx?$/.test(path));

describe('the layers', () => {
  test('of the source keep to the map', async () => {
    expect(await violationsIn(root, layers, join(root, 'tsconfig.json'))).toEqual([]);
  });

  const few: Layer[] = [
    { path: 'src/protocol', mayImport: [] },
    { path: 'src/engine/tools', mayImport: ['src/engine/providers/provider.ts', 'src/protocol'] },
    { path: 'src/engine/providers', mayImport: ['src/protocol'] },
    { path: 'src/engine/host.ts', mayImport: ['src/protocol'] },
    { path: 'src/engine', mayImport: ['src/engine/tools', 'src/engine/providers', 'src/engine/host.ts', 'src/protocol'] },
    { path: 'src/cli', mayImport: ['src/engine', 'src/protocol'] },
  ];
  const good = {
    'src/protocol/events.ts': 'export const a = 1;',
    'src/engine/host.ts': "export { a } from '../protocol/events.js';",
    'src/engine/providers/provider.ts': 'export const p = 1;',
    'src/engine/providers/other.ts': 'export interface O { a: 1 }',
    'src/engine/tools/tool.ts': "import { p } from '../providers/provider.js'; export const t = p;",
    'src/engine/session.ts': "import { t } from './tools/tool.js'; import './host.js'; export const s = t;",
    'src/cli/main.ts': "import { s } from '../engine/session.js'; console.log(s);",
  };
  let made = 0;
  function tree(files: Record<string, string>): Promise<string[]> {
    made += 1;
    const folder = join(scratch, `tree-${made}`);
    for (const [path, text] of Object.entries({ 'package.json': '{"dependencies":{}}', ...good, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return violationsIn(folder, few, join(root, 'tsconfig.json'));
  }

  test.each<[string, Record<string, string>, string[]]>([
    ['a good tree', {}, []],
    [
      'a lower layer imports a higher one, if only a type',
      { 'src/engine/providers/bad.ts': "import type { t } from '../tools/tool.js'; export type T = typeof t;" },
      ['src/engine/providers/bad.ts → src/engine/tools/tool.ts: src/engine/providers may import src/protocol'],
    ],
    [
      'a file of a layer of which only another file may be imported',
      { 'src/engine/tools/bad.ts': "export type { O } from '../providers/other.js';" },
      [
        'src/engine/tools/bad.ts → src/engine/providers/other.ts: src/engine/tools may import src/engine/providers/provider.ts, src/protocol',
      ],
    ],
    [
      'the engine imports the command line, later',
      { 'src/engine/bad.ts': "export const later = () => import('../cli/main.js');" },
      [
        'src/engine/bad.ts → src/cli/main.ts: nothing imports the leaf src/cli',
        'src/engine/bad.ts → src/cli/main.ts: src/engine may import src/engine/tools, src/engine/providers, src/engine/host.ts, src/protocol',
      ],
    ],
    [
      'the protocol reads files',
      { 'src/protocol/bad.ts': "import { readFileSync } from 'node:fs'; export const text = readFileSync;" },
      ['src/protocol/bad.ts → fs: pure layers import nothing from outside'],
    ],
    [
      'the engine uses the editor',
      { 'src/engine/bad.ts': "import type { Uri } from 'vscode'; export type U = Uri;" },
      ['src/engine/bad.ts → vscode: only the extension imports vscode', 'src/engine/bad.ts → vscode: what is imported is there'],
    ],
    [
      'the engine uses the editor where its types are installed',
      {
        'node_modules/@types/vscode/index.d.ts': "declare module 'vscode' { export const window: unknown }",
        'node_modules/@types/vscode/package.json': '{"name":"@types/vscode","types":"index.d.ts"}',
        'src/engine/bad.ts': "import { window } from 'vscode'; export const w = window;",
      },
      ['src/engine/bad.ts → node_modules/@types/vscode/index.d.ts: only the extension imports vscode'],
    ],
    [
      'two files import types of each other',
      {
        'src/protocol/one.ts': "import type { Two } from './two.js'; export interface One { two: Two }",
        'src/protocol/two.ts': "import type { One } from './one.js'; export interface Two { one: One }",
      },
      ['src/protocol/one.ts → src/protocol/two.ts: no cycles, of types neither'],
    ],
    [
      'a folder that is on no map',
      { 'src/engine/magic/wand.ts': "import '../../protocol/events.js';" },
      ['src/engine/magic/wand.ts → src/protocol/events.ts: every file belongs to a layer'],
    ],
  ])('%s', async (_, files, expected) => expect(await tree(files)).toEqual(expected));

  test('are read from the map, and a map that cannot be read is an error', () => {
    const map = (cell: string) =>
      `| folder | what | may import |\n|---|---|---|\n| \`src/a\` | a | nothing |\n| \`src/b.ts\` | b | ${cell} |\n\n`;
    expect(layersOf(map('a (`x`)'))).toEqual([
      { path: 'src/a', mayImport: [] },
      { path: 'src/b.ts', mayImport: ['src/a/x.ts'] },
    ]);
    expect(() => layersOf(map('c'))).toThrow('no row for "c"');
    expect(() => layersOf('')).toThrow('no table');
    expect(layers.length).toBeGreaterThan(8);
  });
});

/** What is wrong with a source file as a file; nothing where it is as all should be. */
function faultsOf(path: string, text: string): string[] {
  const faults: string[] = [];
  if (!/^\/\*\*(?: \S.* \*\/\n|\n \* \S)/.test(text)) faults.push('it does not begin with a comment of its purpose, /** … */');
  const lines = text.split('\n').length - 1;
  if (lines > 400) faults.push(`it has ${lines} lines, more than 400`);
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const exportsOnly = statements.length > 0 && statements.every((one) => ts.isExportDeclaration(one) || ts.isImportDeclaration(one));
  if (exportsOnly) faults.push('it is a barrel: it only hands on what others export');
  if (statements.some((one) => ts.isExportAssignment(one) || isDefault(one))) faults.push('it has a default export');
  return faults;
}

const isDefault = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some((one) => one.kind === ts.SyntaxKind.DefaultKeyword);

describe('each source file', () => {
  test('begins with its purpose, is short, and says something of its own', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap((path) => faultsOf(path, read(path)).map((fault) => `${path}: ${fault}`))).toEqual([]);
  });

  test.each([
    ['/** Adds. */\nexport const add = 1;\n', []],
    ['/**\n * Adds.\n */\nexport const add = 1;\n', []],
    ['// Adds.\nexport const add = 1;\n', ['it does not begin with a comment of its purpose, /** … */']],
    [`/** Adds. */\n${'\n'.repeat(400)}export const add = 1;\n`, ['it has 402 lines, more than 400']],
    ["/** All. */\nexport * from './a.js';\nexport type { B } from './b.js';\n", ['it is a barrel: it only hands on what others export']],
    ["/** A table. */\nimport { a } from './a.js';\nexport const all = [a];\n", []],
    ['/** Adds. */\nexport default function add() {}\n', ['it has a default export']],
  ])('%j', (text, expected) => expect(faultsOf('a.ts', text)).toEqual(expected));
});

describe('the build', () => {
  const load = async (): Promise<esbuild.BuildOptions> => (await import(pathToFileURL(join(root, 'esbuild.mjs')).href)).cli;
  const manifest = JSON.parse(read('package.json'));

  test('of the command line breaks where vscode is imported as a value, and only there', async () => {
    const options = await load();
    const build = (contents: string) =>
      esbuild.build({
        ...options,
        entryPoints: [],
        stdin: { contents, loader: 'ts', resolveDir: root },
        outdir: scratch,
        write: false,
        logLevel: 'silent',
      });
    await expect(build("import { window } from 'vscode'; console.log(window);")).rejects.toThrow(/Could not resolve "vscode"/);
    await expect(build("import type { Uri } from 'vscode'; export const uri: Uri | undefined = undefined;")).resolves.toMatchObject({
      errors: [],
    });
  });

  test('makes the file that package.json names, and the package holds it', async () => {
    const { entryPoints, outdir } = await load();
    const made = Object.keys(entryPoints as Record<string, string>).map((name) => `${outdir}/${name}.js`);
    expect(made).toContain(manifest.bin.massgen);
    expect(manifest.files).toContain(outdir);
    expect(manifest.files.filter((file: string) => file !== outdir && !existsSync(join(root, file)))).toEqual([]);
  });

  test('has what is not bundled among the dependencies', async () => {
    const { external = [] } = await load();
    expect(external.filter((name) => manifest.dependencies[name] === undefined)).toEqual([]);
  });
});

describe('what is written for users', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];

  test('names scripts that exist', () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/^npm (?:run ([\w:]+)|(start|test)\b)/gm)].map(([, run, short]) => run ?? short ?? ''),
    );
    expect(named).toEqual(expect.arrayContaining(['start', 'test']));
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('names commands, arguments and options that the command line has', () => {
    const blocks = pages.flatMap((page) => [...read(page).matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block));
    const lines = blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('massgen'));
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.flatMap((line) => wrongIn(line) ?? [])).toEqual([]);
  });

  test.each([
    ['massgen run "Fix it" --apply --timeout 60   # a comment', undefined],
    ['massgen', undefined],
    ['massgen sessions list -C ../other', undefined],
    ['massgen frobnicate latest', 'there is no command: massgen frobnicate latest'],
    ['massgen sessions', 'there is no command: massgen sessions'],
    ['massgen diff latest --frob', 'there is no option --frob: massgen diff latest --frob'],
    ['massgen vote latest', 'it needs <session> <candidate>: massgen vote latest'],
  ])('%s', (line, expected) => expect(wrongIn(line)).toBe(expected));

  test('leads to pages that are there', () => {
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map(([, target = '']) => join(dirname(page), target))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${page} → ${target}`),
    );
    expect(dead).toEqual([]);
  });
});

/** What the table of commands has against a line of a shell; undefined where it would be understood. */
function wrongIn(line: string): string | undefined {
  const words = [...(line.split(' #')[0] ?? '').matchAll(/"[^"]*"|\S+/g)].map(([word]) => word).slice(1);
  const shown = ['massgen', ...words].join(' ');
  if (words.length === 0) return undefined;
  const row = commands.find(({ usage }) => {
    const names = usage.split(' ').filter((word) => /^[a-z]/.test(word));
    return names.every((name, at) => words[at] === name);
  });
  if (row === undefined) return `there is no command: ${shown}`;
  const options = [...(row.options ?? []), new Option('-C, --cwd <dir>'), new Option('--json')];
  const rest: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!/^-./.test(word)) rest.push(word);
    else {
      const option = options.find(({ short, long }) => word === short || word === long);
      if (option === undefined) return `there is no option ${word}: ${shown}`;
      if (option.required) at += 1;
    }
  }
  const needed = row.usage.split(' ').filter((word) => !word.startsWith('['));
  return rest.length < needed.length ? `it needs ${needed.filter((word) => word.startsWith('<')).join(' ')}: ${shown}` : undefined;
}

describe('tables that name the same things', () => {
  test('the tools that a configuration may name are those that agents are offered', () => {
    expect([...toolNames]).toEqual(tools.map((tool) => tool.name));
  });
});
