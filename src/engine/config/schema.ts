/** The shape of a configuration file: MassGen's keys and our own, as written (before defaults and `${ENV}` are resolved). */
import { z } from 'zod';
import { type VotingRule, votingRules } from '../../protocol/voting.js';
import { type Level, unusedKeys } from './massgen.js';

/** An empty `key:` in YAML is null and means the same as leaving it out. */
const maybe = <T extends z.ZodType>(schema: T, about: string) => schema.nullish().describe(about);

const strictness = z.enum(['lenient', 'balanced', 'strict']);
const seconds = z
  .number()
  .positive()
  .max(7 * 24 * 3600);
const count = z.int().min(1).max(10_000);
const text = z.string().max(200_000);
const line = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\r\n]*\S[^\r\n]*$/, 'must be one line of text');

const UNUSED = 'Accepted from MassGen; not used yet.';

const unused = (level: Level): Record<string, z.ZodOptional<z.ZodUnknown>> =>
  Object.fromEntries(unusedKeys[level].map((key) => [key, z.unknown().optional().describe(UNUSED)]));

const knobs = {
  quorum: maybe(count, 'Live ballots of agents that decide; all agents that are not set aside where absent.'),
  rule: maybe(
    z.enum(Object.keys(votingRules) as [VotingRule]),
    'How ballots are counted: by first choices (plurality), by all that a voter approves of, by points for ranks (borda), by comparison in pairs (condorcet). Default: condorcet.',
  ),
  evidence: maybe(
    z.enum(['ties', 'veto', 'weighs']),
    'What checks do beside breaking ties: nothing (ties), an answer with new failures cannot win where another has none (veto), each check votes (weighs). Default: ties.',
  ),
  same_family_weight: maybe(
    z.number().min(0).max(1),
    "What an agent's ballot weighs for an answer of its own family of models, where the team has several. Default: 0.5.",
  ),
  weights: maybe(z.record(z.string(), z.number().min(0).max(1000)), "Weight of a voter's ballot, by agent id or `you`. Default: 1 each."),
  self_vote: maybe(
    z.enum(['completes', 'counts']),
    "Whether an agent's ballot for its own answer weighs. Default: completes (it does not).",
  ),
  grace_seconds: maybe(
    z
      .number()
      .min(0)
      .max(24 * 3600),
    'How long an agent that has answered waits for the others. Default: a tenth of the time limit, at most 60.',
  ),
  check_seconds: maybe(seconds, "How long a candidate's checks may keep it from being shown. Default: 300."),
  max_failed_runs: maybe(count, 'Failed runs after which an agent is set aside. Default: 3.'),
  max_new_answers_per_agent: maybe(count, 'Answers of one agent and turn; past it the agent can only vote. Default: 3.'),
  voting_sensitivity: maybe(strictness, 'How critical voters are asked to be. Default: lenient.'),
  answer_novelty_requirement: maybe(strictness, 'How different a new answer must be. Default: lenient.'),
};

/** A number and its unit, of a thousand each. */
export const SIZE = /^(\d+(?:\.\d+)?) ?(kB|MB|GB|TB)$/i;

const additions = {
  pattern: maybe(
    z.union([z.enum(['consensus', 'relay']), z.strictObject({ id: z.enum(['consensus', 'relay']), ...knobs })]),
    'How the agents deliberate: a name, or {id, …} with its settings. Default: consensus.',
  ),
  ...knobs,
  limits: maybe(
    z.strictObject({
      max_calls_per_run: maybe(count, 'Model calls of one run. Default: 100.'),
      max_calls: maybe(z.int().min(1), 'Model calls of the whole turn. Default: no limit.'),
      max_cost_usd: maybe(z.number().positive(), 'Dollars of the whole session, of what is known to be spent. Default: no limit.'),
    }),
    'Budgets.',
  ),
  checks: maybe(
    z.union([
      z.enum(['detect', 'none']),
      z.array(
        z.strictObject({
          name: line.describe('test, lint, build …; unique.'),
          command: line.describe('The command line, run by a shell.'),
          cwd: maybe(z.string(), 'Folder to run in, relative to the folder worked on.'),
          timeout_seconds: maybe(seconds, 'Default: check_seconds.'),
        }),
      ),
    ]),
    "What tests a candidate: detect (the folder's own checks; the default), none, or a list.",
  ),
  policy: maybe(
    z.strictObject({
      allow: maybe(z.array(line), 'Commands (a program with its first arguments) that run without asking.'),
      ask: maybe(z.array(line), 'Commands that are asked about.'),
      deny: maybe(z.array(line), 'Commands that never run.'),
      network: maybe(
        z.union([z.enum(['none', 'open']), z.strictObject({ domains: z.array(line) })]),
        'What commands may reach: none (the default), open, or {domains: […]}.',
      ),
    }),
    'What agents may do.',
  ),
  storage: maybe(
    z.strictObject({
      max_size: maybe(z.string().regex(SIZE), 'What .massgen may take of the disk, as in 500MB or 2GB: a person is told when it is near.'),
      keep_days: maybe(z.int().min(1), 'Sessions not used for so many days go with: massgen sessions prune.'),
    }),
    'What is kept. Nothing is removed by itself.',
  ),
  dependencies: maybe(z.enum(['link', 'copy', 'none']), 'How dependencies that git ignores come into workspaces. Default: link.'),
};

const timeout = z.strictObject({
  orchestrator_timeout_seconds: maybe(seconds, 'Over the whole turn. Default: 1800.'),
  ...unused('timeout'),
});

const backend = z
  .looseObject({
    type: z.string().min(1).describe("MassGen's backend type: openai, claude, gemini, chatcompletion, scripted …"),
    model: maybe(z.string().min(1).max(500), "The model's name, as its provider writes it."),
    base_url: maybe(z.string(), 'Where the API is, where it is not the usual place.'),
    azure_endpoint: maybe(z.string(), 'Another name of base_url.'),
    api_key: maybe(z.string(), `Where the key is: \${NAME_OF_VARIABLE}.`),
    scenario: maybe(z.string().min(1), 'For type scripted: the file with the replies, relative to this file.'),
    ...unused('backend'),
  })
  .describe('Where the model is. Keys that are not known here go to the provider as they are.');

const agent = z.strictObject({
  id: z.string().max(100),
  label: maybe(text, 'What a person reads; the id where absent.'),
  name: maybe(text, 'Another name of label.'),
  backend,
  system_message: maybe(text, 'Instructions for this agent.'),
  tools: maybe(z.array(line), 'Names of the tools this agent is offered; all where absent.'),
  ...unused('agent'),
});

const coordination = z.strictObject({
  enable_planning_mode: maybe(
    z.boolean(),
    'Whether what acts beyond the folder and cannot be taken back is described until the winner is presented. Default: true.',
  ),
  ...unused('coordination'),
});

const orchestrator = z.strictObject({
  ...additions,
  timeout: timeout.nullish(),
  coordination: coordination.nullish(),
  ...unused('orchestrator'),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  agents: maybe(z.array(agent).min(1).max(100), 'The team.'),
  agent: maybe(agent, 'A single agent, instead of agents.'),
  ...additions,
  timeout_settings: timeout.nullish(),
  orchestrator: orchestrator.nullish(),
  ...unused('top'),
});

export type WrittenConfig = z.infer<typeof configSchema>;
export type WrittenAgent = z.infer<typeof agent>;
export type WrittenBackend = z.infer<typeof backend>;
export type Additions = Pick<WrittenConfig, keyof typeof additions>;
export type Knobs = Pick<WrittenConfig, keyof typeof knobs>;
export const knobNames = Object.keys(knobs) as (keyof Knobs)[];
export const additionNames = Object.keys(additions) as (keyof Additions)[];
export const backendKeys = ['type', 'model', 'base_url', 'azure_endpoint', 'api_key', 'scenario'] as const;

/** The schema for editors: `massgen config schema`. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }), title: 'MassGen configuration' };
}

/** The keys that may stand where `path` points to, for hints on unknown ones, and those of them that have an effect. */
export function keysAt(path: readonly (string | number)[]): { all: string[]; used: string[] } {
  let at: z.ZodType | undefined = configSchema;
  for (const step of path) at = stepInto(at, step);
  const entries = Object.entries(shapeOf(at) ?? {}).filter(([key]) => !key.startsWith('$'));
  return { all: entries.map(([key]) => key), used: entries.filter(([, schema]) => schema.description !== UNUSED).map(([key]) => key) };
}

function stepInto(schema: z.ZodType | undefined, step: string | number): z.ZodType | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  return shapeOf(inner)?.[String(step)];
}

function shapeOf(schema: z.ZodType | undefined): Record<string, z.ZodType> | undefined {
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

/** Past what makes a schema optional; of a union the part that has keys. */
function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrap(schema.unwrap() as z.ZodType);
  if (!(schema instanceof z.ZodUnion)) return schema;
  const options = schema.options.map((option) => unwrap(option as z.ZodType));
  return options.find((option) => option instanceof z.ZodObject) ?? options.find((option) => option instanceof z.ZodArray) ?? options[0];
}
