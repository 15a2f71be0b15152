/** The layers as ARCHITECTURE.md's map has them, and whether the imports of a source tree keep to them. */
import { cruise, type IForbiddenRuleType, type IRegularForbiddenRuleType, type IViolation } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

export interface Layer {
  /** `src/engine/tools`, or one file. */
  path: string;
  /** Paths of other layers, or single files of them, that it may import. */
  mayImport: string[];
}

const LEAVES = ['src/cli', 'src/extension', 'src/webview'];
/** The editor is there when its extension runs: of its package only the types are installed. */
const EDITOR = '^(vscode|node_modules/vscode|node_modules/@types/vscode)(/|$)';
/** Layers without I/O: they import no package and nothing of Node. */
const PURE = ['src/protocol', 'src/engine/patterns', 'src/engine/nearest.ts'];

/** The rows of the first table whose last column is `may import`. Throws for a row that cannot be read. */
export function layersOf(markdown: string): Layer[] {
  const lines = markdown.split('\n');
  const head = lines.findIndex((line) => /^\|.*\| may import \|$/.test(line));
  if (head < 0) throw new Error('ARCHITECTURE.md has no table with a column "may import"');
  const end = lines.findIndex((line, at) => at > head && !line.startsWith('|'));
  const rows = lines.slice(head + 2, end).map((line) => line.split('|').map((cell) => cell.trim()));
  const paths = rows.map(([, path = '']) => path.replaceAll('`', ''));
  return rows.map((cells, at) => ({ path: paths[at] ?? '', mayImport: importsOf(cells.at(-2) ?? '', paths) }));
}

function importsOf(cell: string, paths: readonly string[]): string[] {
  if (cell === 'nothing') return [];
  const engine = paths.filter((path) => !LEAVES.some((leaf) => path === leaf || path.startsWith(`${leaf}/`)));
  return cell.split(', ').flatMap((entry) => {
    if (entry === 'all of the engine') return engine;
    const [, name, file] = /^(\w+)(?: \(`([\w-]+)`\))?$/.exec(entry) ?? [];
    const path = paths.find((one) => one.split('/').at(-1)?.replace(/\.ts$/, '') === name);
    if (path === undefined) throw new Error(`ARCHITECTURE.md's map has no row for "${entry}"`);
    return file === undefined ? path : `${path}/${file}.ts`;
  });
}

/** The files of a layer: of a folder that has other layers in it, only what is directly in it and is no layer of its own. */
function filesOf(layers: readonly Layer[], path: string): { path: string; pathNot?: string[] } {
  if (path.endsWith('.ts')) return { path: `^${path}$` };
  const inner = layers.filter((layer) => layer.path.startsWith(`${path}/`)).map((layer) => `^${layer.path}(/|$)`);
  if (inner.length === 0) return { path: `^${path}/` };
  return { path: `^${path}/[^/]+$`, pathNot: inner };
}

function rulesOf(layers: readonly Layer[]): IForbiddenRuleType[] {
  const of = (path: string) => filesOf(layers, path);
  const rules: IRegularForbiddenRuleType[] = [
    ...layers.map((layer) => ({
      name: `${layer.path} may import ${layer.mayImport.join(', ') || 'nothing'}`,
      from: of(layer.path),
      to: { path: '^src/', pathNot: [layer.path, ...layer.mayImport].map((path) => of(path).path) },
    })),
    { name: 'every file belongs to a layer', from: { path: '^src/', pathNot: layers.map((layer) => of(layer.path).path) }, to: {} },
    ...LEAVES.map((leaf) => ({
      name: `nothing imports the leaf ${leaf}`,
      from: { pathNot: `^${leaf}/` },
      to: { path: `^${leaf}/` },
    })),
    { name: 'only the extension imports vscode', from: { pathNot: '^src/extension/' }, to: { path: EDITOR } },
    { name: 'pure layers import nothing from outside', from: { path: PURE.map((path) => of(path).path) }, to: { pathNot: '^src/' } },
    { name: 'what is imported is there', from: {}, to: { couldNotResolve: true } },
    {
      // The windows are bundled whole: their packages are not needed where the command line is installed.
      name: 'only dependencies are imported',
      from: { path: '^src/', pathNot: '^src/webview/' },
      to: { pathNot: EDITOR, dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'no cycles, of types neither', from: {}, to: { circular: true } },
  ];
  return rules.map((rule) => ({ ...rule, severity: 'error' }));
}

/** One line for each import below `root`/src that breaks a rule: `from → to: the rule`. */
export async function violationsIn(root: string, layers: readonly Layer[], tsConfigFile: string): Promise<string[]> {
  const options = {
    baseDir: root,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    validate: true,
    ruleSet: { forbidden: rulesOf(layers) },
  };
  const { output } = await cruise(['src'], options, {}, { tsConfig: extractTSConfig(tsConfigFile) });
  if (typeof output === 'string') throw new Error('dependency-cruiser gave a text instead of a result');
  if (output.modules.length === 0) throw new Error(`dependency-cruiser found no source below ${root}`);
  return [...new Set(output.summary.violations.map(lineOf))].sort();
}

const lineOf = ({ from, to, rule }: IViolation): string => `${from} → ${to}: ${rule.name}`;
