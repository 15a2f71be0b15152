/** Reads a YAML or JSON file into a plain value that still knows where each of its parts was written. */
import { readFile } from 'node:fs/promises';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';
import { ConfigError, type ConfigPath, type Problem } from './problem.js';

export interface Source {
  file: string;
  text: string;
  value: unknown;
  /** Problems that do not keep the file from being read. */
  warnings: Problem[];
  /** Where a value (or its key) is; of what is not there, where its nearest parent is. */
  at(path: ConfigPath, part?: 'key' | 'value'): Place | undefined;
}

export interface Place {
  line: number;
  column: number;
}

/** A configuration is written by hand: what is larger is not one. */
const MAX_BYTES = 1024 * 1024;
/** Parts of the value with aliases followed: a file within the size limit has fewer unless aliases multiply them. */
const MAX_PARTS = 200_000;
const MAX_DEPTH = 64;

export async function readSource(file: string): Promise<Source> {
  return parseSource(file, decode(file, await bytesOf(file)));
}

/** Invariant: no message quotes the text of the file, which may hold a key. */
export function parseSource(file: string, text: string): Source {
  const lines = new LineCounter();
  const doc = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    merge: true,
    logLevel: 'error',
  });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    // A file that starts with a byte order mark has it in the first line, where no editor counts it.
    return { line, column: line === 1 && text.startsWith('\uFEFF') && col > 1 ? col - 1 : col };
  };
  const faults = [...doc.errors, ...doc.warnings].slice(0, 5).map(
    (fault): Problem => ({
      file,
      ...place(fault.pos[0]),
      path: '',
      ...explain(fault.code, fault.message, text[fault.pos[0] - 1]),
      severity: 'error',
    }),
  );
  if (faults.length > 0) throw new ConfigError(distinct(faults));
  const repeated = repeatedKeys(doc, file, place);
  if (repeated.some((problem) => problem.severity === 'error')) throw new ConfigError(repeated);
  return {
    file,
    text,
    value: plainValue(doc, file, place),
    warnings: repeated,
    at: (path, part = 'value') => locate(doc, path, part, place),
  };
}

/** The value at a path, as written; undefined where there is none. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Record<string | number, unknown>)[step] : undefined,
    value,
  );
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_BYTES) throw fault(file, `The file is larger than ${MAX_BYTES / 1024} KiB, which no configuration is.`);
    return bytes;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw fault(file, 'There is no such file.', 'massgen config init writes one');
    throw fault(file, code === 'EISDIR' ? 'This is a folder, not a file.' : `The file cannot be read (${code ?? 'unknown error'}).`);
  }
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (error) {
    // A TypeError is how the decoder says "not UTF-8"; it is said below.
    if (!(error instanceof TypeError)) throw error;
  }
  throw fault(file, 'The file is not text in UTF-8.', 'save it as UTF-8');
}

function fault(file: string, message: string, hint?: string): ConfigError {
  return new ConfigError([{ file, path: '', message, ...(hint === undefined ? {} : { hint }), severity: 'error' }]);
}

function explain(code: string, message: string, before: string | undefined): { message: string; hint?: string } {
  if (code === 'TAB_AS_INDENT') return { message: 'A tab is used for indentation.', hint: 'YAML is indented with spaces' };
  if (code === 'MULTIPLE_DOCS')
    return { message: 'A second document starts here.', hint: 'a configuration is one document: remove the ---' };
  if (code === 'RESOURCE_EXHAUSTION') return { message: 'The file is nested too deeply.' };
  if (code === 'TAG_RESOLVE_FAILED') return { message: 'Tags (!…) are not understood in a configuration.' };
  if (code === 'NON_STRING_KEY') return { message: 'Only plain text can be a key.' };
  if (code === 'BAD_DIRECTIVE') return { message: 'Directives (%…) are not understood in a configuration.' };
  // The parser's other messages quote the text after a colon only.
  const said = { message: `This is not valid YAML: ${message.split('\n')[0]?.replace(/: .*$/s, '') ?? ''}` };
  return before === '$' ? { ...said, hint: 'between { and }, write it in quotes: "$\u007bNAME}"' } : said;
}

function distinct(problems: Problem[]): Problem[] {
  return problems.filter((problem, index) => problems.findIndex((other) => other.line === problem.line) === index);
}

/** A key written twice: harmless where both say the same (MassGen's own parser takes the last), an error where not. */
function repeatedKeys(doc: Document, file: string, place: (offset: number) => Place): Problem[] {
  const found: Problem[] = [];
  visit(doc, {
    Map(_, map) {
      const seen = new Map<string, Pair>();
      for (const pair of map.items) {
        const key = keyOf(pair);
        const before = seen.get(key);
        seen.set(key, pair);
        if (before === undefined || key === '<<') continue;
        const same = String(before.value) === String(pair.value);
        const message = `"${key}" is written twice here${same ? ', with the same value' : ', with different values'}.`;
        const range = (pair.key as Node | null)?.range;
        found.push({
          file,
          ...(range ? place(range[0]) : {}),
          path: key,
          message,
          hint: 'keep one of them',
          severity: same ? 'warning' : 'error',
        });
      }
    },
  });
  return found;
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));

function plainValue(doc: Document, file: string, place: (offset: number) => Place): unknown {
  const at = (offset: number, message: string): ConfigError =>
    new ConfigError([{ file, ...place(offset), path: '', message, severity: 'error' }]);
  try {
    const value: unknown = doc.toJS();
    measure(value);
    return value;
  } catch (error) {
    // Unresolved and multiplying aliases are ReferenceErrors, too deep a nesting is a RangeError: faults of the file, not of this program.
    if (error instanceof TooMuch) throw at(0, error.message);
    if (error instanceof RangeError) throw at(0, 'The file is nested too deeply.');
    if (error instanceof Error && error.message.startsWith('Merge sources'))
      throw at(mergeKey(doc) ?? 0, 'Only a mapping can be merged with <<.');
    if (!(error instanceof ReferenceError)) throw error;
    if (/excessive/i.test(error.message)) throw at(0, 'Its aliases multiply into too large a value.');
    throw at(unresolvedAlias(doc) ?? 0, 'This alias (*name) has no anchor (&name) before it.');
  }
}

function unresolvedAlias(doc: Document): number | undefined {
  let offset: number | undefined;
  visit(doc, {
    Alias(_, alias) {
      if (alias.resolve(doc) !== undefined) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}

function mergeKey(doc: Document): number | undefined {
  let offset: number | undefined;
  visit(doc, {
    Pair(_, pair) {
      if (keyOf(pair) !== '<<') return undefined;
      offset = rangeStart(pair.key);
      return visit.BREAK;
    },
  });
  return offset;
}

class TooMuch extends Error {}

function measure(value: unknown): void {
  let parts = 0;
  const walk = (at: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) throw new TooMuch('The file is nested too deeply, or an alias contains itself.');
    if (++parts > MAX_PARTS) throw new TooMuch('Its aliases multiply into too large a value.');
    if (typeof at === 'object' && at !== null) for (const inner of Object.values(at)) walk(inner, depth + 1);
  };
  walk(value, 0);
}

function locate(doc: Document, path: ConfigPath, part: 'key' | 'value', place: (offset: number) => Place): Place | undefined {
  let node: unknown = doc.contents;
  let offset = rangeStart(node);
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(doc);
    let next: unknown;
    let key: unknown;
    if (isMap(node)) {
      // Of a key written twice the last one counts.
      const pair: Pair | undefined = node.items.findLast((item) => keyOf(item) === String(step));
      next = pair?.value;
      key = pair?.key;
    } else if (isSeq(node) && typeof step === 'number') next = node.items[step];
    const wanted = index === path.length - 1 && part === 'key' ? (key ?? next) : (next ?? key);
    const start = rangeStart(wanted) ?? rangeStart(key);
    if (start === undefined) break;
    offset = start;
    node = next;
  }
  return offset === undefined ? undefined : place(offset);
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
