/** Scenario files of scripted models: the format, and errors that say where and what was meant. The format is described in docs/scripted-models.md. */
import { readFile } from 'node:fs/promises';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { fail } from '../../protocol/failure.js';
import { didYouMean } from '../nearest.js';

const regex = z.string().refine(isRegex, { error: (issue) => `is not a regular expression: ${String(issue.input)}` });
const seconds = z.number().nonnegative();
const count = z.number().int().nonnegative();

const call = z
  .record(z.string(), z.record(z.string(), z.unknown()).nullable())
  .refine((value) => Object.keys(value).length === 1, { error: 'each call is one `tool: {arguments}`' });

const failure = z.strictObject({
  /** The HTTP status that the model's server answers with. */
  status: z.number().int().min(400).max(599).optional(),
  /** Seconds, with a status. */
  retry_after: seconds.optional(),
  /** The stream breaks off after so many characters of the reply. */
  cut_after: count.optional(),
  /** Nothing ever comes. */
  hang: z.literal(true).optional(),
  /** How many tries of the call fail before it succeeds; 1 where absent. */
  times: z.union([z.number().int().positive(), z.literal('always')]).optional(),
});
const oneKind = ({ status, cut_after, hang }: z.infer<typeof failure>): boolean =>
  [status, cut_after, hang].filter((one) => one !== undefined).length === 1;

const vote = z.strictObject({ for: regex, reason: z.string().optional(), ranking: z.array(regex).optional() });
const guard = z.strictObject({ tool: z.string().optional(), contains: regex.optional() });
const usage = z.strictObject({ input: count, output: count, cached: count.optional() });

const reply = z.strictObject({
  say: z.string().optional(),
  think: z.string().optional(),
  call: z.array(call).optional(),
  answer: z.string().optional(),
  vote: vote.optional(),
  fail: failure.refine(oneKind, { error: 'needs exactly one of status, cut_after and hang' }).optional(),
  when: guard.optional(),
  delay: seconds.optional(),
  rate: z.number().positive().optional(),
  usage: usage.optional(),
});

const agent = z.strictObject({ work: z.array(reply).optional(), present: z.array(reply).optional() });
const scenario = z.strictObject({ agents: z.record(z.string(), agent) });

export type Scenario = z.infer<typeof scenario>;
export type Reply = z.infer<typeof reply>;

export async function readScenario(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fail('config', `The scenario ${file} cannot be read.`, {
      hint: 'scenario is the path of a YAML file with scripted replies.',
      cause: error,
    });
  }
}

/** Throws `config` failures that name file, line and column. */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) throw at(file, lines, broken.pos[0], broken.message.split('\n', 1)[0] ?? 'is not YAML');
  const parsed = scenario.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues);
  if (issue.code !== 'unrecognized_keys') throw at(file, lines, offset(document, issue.path), `${where(issue.path)}${issue.message}`);
  const key = issue.keys[0] ?? '';
  throw at(
    file,
    lines,
    keyOffset(document, issue.path, key),
    `${where(issue.path)}there is no key "${key}", ${didYouMean(key, knownKeys(issue.path))}`,
  );
}

type Issue = z.core.$ZodIssue;

/** Of several complaints the one that is furthest in says best what is meant. */
function deepest(issues: readonly Issue[]): Issue {
  const [first, ...rest] = issues;
  if (first === undefined) throw fail('internal', 'A scenario was refused without a reason.');
  return rest.reduce((best, issue) => (issue.path.length > best.path.length ? issue : best), first);
}

const where = (path: readonly PropertyKey[]): string => (path.length === 0 ? '' : `${path.map(String).join('.')}: `);

function at(file: string, lines: LineCounter, position: number, what: string) {
  const { line, col } = lines.linePos(position);
  return fail('config', `${file}:${line}:${col}: ${what.replace(/\s+/g, ' ')}`, {
    hint: 'docs/scripted-models.md describes the format of scenarios.',
  });
}

function offset(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: readonly PropertyKey[], key: string): number {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  const items: unknown[] = typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items) ? node.items : [];
  for (const item of items) {
    const found = typeof item === 'object' && item !== null && 'key' in item ? item.key : undefined;
    if (isNode(found) && String(found) === key && found.range) return found.range[0];
  }
  return offset(document, path);
}

/** The keys that a place takes: top level, agent, reply, or an object inside a reply. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(scenario.shape);
  if (path.length === 2) return Object.keys(agent.shape);
  if (path.length === 4) return Object.keys(reply.shape);
  const inside: Record<string, { shape: object }> = { vote, fail: failure, when: guard, usage };
  return Object.keys(inside[String(path[4])]?.shape ?? {});
}

function isRegex(source: string): boolean {
  try {
    new RegExp(source, 's');
    return true;
  } catch {
    // The schema says so with its place.
    return false;
  }
}
