import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/engine/config/load.js';
import { migrateConfig } from '../../../src/engine/config/migrate.js';
import { ConfigError, formatProblem } from '../../../src/engine/config/problem.js';
import { tempFolder } from './helpers.js';

const folder = path.resolve('test/fixtures/massgen');
const migrated = async (name: string) => {
  const { text, problems } = await migrateConfig(path.join(folder, name));
  return { text, said: problems.map(({ file: _, ...rest }) => formatProblem(rest)) };
};

describe('a configuration of an older MassGen', () => {
  it('keeps its team, its order and its comments, and loses what has no effect here, which is said with its place', async () => {
    const { text, said } = await migrated('pair.yaml');
    expect(text).toBe(`# Two reviewers of a parser, as an older MassGen had them.
# massgen --config pair.yaml "question"

agents:
  - id: "north" # reads the grammar first
    backend:
      type: "gemini"
      model: "gemini-2.5-flash"
  # The second one is slower.
  - id: "south"
    backend:
      type: "openai"
      model: "gpt-5-nano"
      reasoning:
        effort: "low"
    system_message: |
      Read the grammar.
      Then read the tests.

orchestrator:
  # Two are enough.
  max_new_answers_per_agent: 2
  voting_sensitivity: "balanced"

timeout_settings:
  orchestrator_timeout_seconds: 900 # a quarter of an hour
`);
    expect(said).toEqual([
      '9:7: warning: left out: agents[0].backend.enable_web_search',
      '16:7: warning: left out: agents[1].backend.cwd (every agent works in its own copy of the folder that -C names)',
      '19:7: warning: left out: agents[1].backend.exclude_tools',
      '21:7: warning: left out: agents[1].backend.mcp_servers',
      '30:3: warning: left out: orchestrator.snapshot_storage',
      '31:3: warning: left out: orchestrator.agent_temporary_workspace',
      '39:1: warning: left out: ui',
    ]);
  });

  it('of one agent becomes a list of one; other names of the same settings become the names used here', async () => {
    const { text, said } = await migrated('single.yaml');
    expect(text).toBe(`# One agent behind a proxy.
agents:
  - id: solo
    label: "The one"
    backend:
      type: azure_openai
      model: my-deployment
      base_url: "https://example.openai.azure.com/"
      api_version: "2024-10-21"
    system_message: "Answer shortly."
    # end of the agent

timeout_settings:
  orchestrator_timeout_seconds: 60
`);
    expect(said).toEqual([
      '15:3: warning: left out: orchestrator.max_new_answers_per_agent (answers have a limit here: 3 where none is set)',
      '16:1: warning: left out: ui',
    ]);
  });

  it('with anchors has them written out, and says that comments are lost', async () => {
    const { text, said } = await migrated('fleet.yaml');
    expect(text).not.toMatch(/[&*#]|<</);
    expect(said[0]).toMatch(/^2:1: warning: Anchors and aliases were written out/);
    expect(text.match(/gemini-2.5-pro/g)).toHaveLength(3);
  });

  it('keeps agents of kinds that are not supported yet, and names them', async () => {
    const { text, said } = await migrated('foreign.yaml');
    expect(text).toContain('type: claude_code');
    expect(said).toContainEqual(expect.stringMatching(/^4:13: warning: kept, but "claude_code" is not supported yet \(/));
  });

  it('of the first MassGen is refused, with every place', async () => {
    const error = await migrated('first.yaml').catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw new Error('it was not refused');
    expect(error.problems).toMatchObject([
      { line: 1, column: 1, path: 'models', severity: 'error' },
      { line: 2, column: 1, path: 'max_rounds', severity: 'error' },
    ]);
  });
});

const loadable = readdirSync(folder).filter((name) => !['first.yaml', 'foreign.yaml'].includes(name));

describe('what was migrated', () => {
  it.each(loadable)('%s: is the same team, without a word of what is not used', async (name) => {
    const { text } = await migrated(name);
    const place = await tempFolder({ 'massgen.yaml': text });
    const options = { env: {}, folder: place };
    const { warnings: _, file: __, ...before } = await loadConfig(path.join(folder, name), options);
    const { warnings, file, ...after } = await loadConfig(path.join(place, 'massgen.yaml'), options);
    // The older file's own words for instructions were read by nobody.
    const agents = before.agents.map((agent, index) => ({ ...after.agents[index], ...agent }));
    expect(after).toEqual({ ...before, agents });
    expect(warnings.filter((warning) => warning.message.startsWith('not used'))).toEqual([]);
  });

  it.each(loadable)('%s: has nothing left to migrate', async (name) => {
    const { text } = await migrated(name);
    const file = path.join(await tempFolder(), 'massgen.yaml');
    await writeFile(file, text);
    expect(await migrateConfig(file)).toEqual({ text, problems: [] });
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
