/** The table of tools that work in a workspace, what models are told of them, and how a model's call becomes a result. */
import { z } from 'zod';
import type { ToolOffer } from '../providers/provider.js';
import { capText } from './cap.js';
import { deleteFile } from './delete-file.js';
import { editFile } from './edit-file.js';
import { listFiles } from './list-files.js';
import { moveFile } from './move-file.js';
import { readFile } from './read-file.js';
import { readOutput } from './read-output.js';
import { runChecks } from './run-checks.js';
import { runCommand } from './run-command.js';
import { search } from './search.js';
import { stopCommand } from './stop-command.js';
import type { Tool, ToolContext, ToolResult } from './tool.js';
import { writeFile } from './write-file.js';

export const tools = [
  readFile,
  listFiles,
  search,
  writeFile,
  editFile,
  deleteFile,
  moveFile,
  runCommand,
  readOutput,
  stopCommand,
  runChecks,
] as const satisfies readonly Tool[];

/** What a model is offered: names, descriptions, and arguments as JSON Schema. */
export function offers(offered: readonly Tool[]): ToolOffer[] {
  return offered.map(({ name, description, input }) => ({ name, description, parameters: schemaOf(input) }));
}

/** Most are offered with every request of every agent. */
const schemas = new WeakMap<z.ZodType, Record<string, unknown>>();

function schemaOf(input: z.ZodType): Record<string, unknown> {
  const known = schemas.get(input);
  if (known !== undefined) return known;
  const { $schema: _, ...rest } = z.toJSONSchema(input, { target: 'draft-7', io: 'input' });
  const schema = { type: 'object', additionalProperties: false, ...rest };
  schemas.set(input, schema);
  return schema;
}

/** Room for the longest result of any tool; what is longer is cut in the middle. */
const maxOutputBytes = 96 * 1024;

/**
 * Calls a tool with arguments as the model wrote them. What is wrong with them becomes text that says what is accepted; only bugs and an abort throw.
 */
export async function callTool(tool: Tool, args: string, context: ToolContext): Promise<ToolResult> {
  const given = parseArguments(args);
  if ('why' in given) return { ok: false, output: `${tool.name}: ${given.why} ${accepted(tool)}` };
  const parsed = tool.input.safeParse(given.value);
  if (!parsed.success) return { ok: false, output: `${tool.name}: ${parsed.error.issues.map(complaint).join('; ')}. ${accepted(tool)}` };
  const result = await tool.run(parsed.data, context);
  return { ...result, output: capText(result.output, maxOutputBytes) };
}

function parseArguments(args: string): { value: unknown } | { why: string } {
  if (args.trim() === '') return { value: {} };
  try {
    return { value: withoutNulls(JSON.parse(args)) };
  } catch (error) {
    return { why: `the arguments are not valid JSON (${error instanceof Error ? error.message : String(error)}).` };
  }
}

/** Some models write `null` for an argument that they leave out. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null));
}

function complaint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown ${issue.keys.length === 1 ? 'argument' : 'arguments'} ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  return issue.path.length === 0 ? issue.message : `"${issue.path.join('.')}": ${issue.message}`;
}

/** The arguments that a tool takes, in one line. */
function accepted(tool: Tool): string {
  const { properties, required } = schemaOf(tool.input);
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const needed = Array.isArray(required) ? required : [];
  return `It takes ${names.map((name) => (needed.includes(name) ? name : `${name}?`)).join(', ')}.`;
}
