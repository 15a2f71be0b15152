/** MassGen's own examples load, or fail for nothing but a backend type that is not supported yet. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/engine/config/load.js';
import { migrateConfig } from '../../../src/engine/config/migrate.js';
import { ConfigError } from '../../../src/engine/config/problem.js';
import type { TeamConfig } from '../../../src/engine/config/team.js';
import { load, tempFolder, validate } from './helpers.js';

const folder = path.resolve('../shared/reference/massgen-configs');
const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')) : [];

describe.skipIf(files.length === 0)(`examples of MassGen (skipped where ${path.relative('.', folder)} is not there)`, () => {
  it('are there', () => expect(files.length).toBeGreaterThan(100));

  it.each(files)('%s', async (file) => {
    const outcome = await loadConfig(path.join(folder, file), { env: {}, folder }).catch((error: unknown) => error);
    if (!(outcome instanceof ConfigError)) return expect(outcome).toMatchObject({ agents: expect.any(Array), warnings: expect.any(Array) });
    const errors = outcome.problems.filter((problem) => problem.severity === 'error');
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) {
      expect(error.message).toMatch(/^"(claude_code|ag2)" is a backend type that is not supported yet/);
      expect(error).toMatchObject({ line: expect.any(Number), column: expect.any(Number), hint: expect.any(String) });
    }
  });
});

describe.skipIf(files.length === 0)('examples of MassGen, migrated', () => {
  it.each(files)('%s is as far as it was, and has nothing left to migrate', async (name) => {
    const { text } = await migrateConfig(path.join(folder, name));
    const place = await tempFolder({ 'massgen.yaml': text });
    const file = path.join(place, 'massgen.yaml');
    expect(parse((await migrateConfig(file)).text)).toEqual(parse(text));
    const modelsOf = async (from: string) => {
      const outcome = await loadConfig(from, { env: {}, folder: place }).catch((error: unknown) => error);
      if (outcome instanceof ConfigError) return outcome.problems.filter((one) => one.severity === 'error').map((one) => one.message);
      return (outcome as TeamConfig).agents.map(({ id, backend }) => ({ id, ...backend }));
    };
    expect(await modelsOf(file)).toEqual(await modelsOf(path.join(folder, name)));
  });
});

/** What other versions and authors of MassGen write, put down here in our own words. */
describe('other things found in configurations of MassGen', () => {
  it.each([
    ['azure without an endpoint', 'agent: {id: a, backend: {type: azure_openai, model: my-deployment}}'],
    [
      'an old shape of the display',
      'agent: {id: a, backend: {type: openai}}\ndisplay: {type: rich_terminal}\nui: {type: simple, show_votes: true}',
    ],
    [
      'names, descriptions and sessions',
      'name: team\ndescription: d\nagents: [{id: a, name: A, backend: {type: claude}}]\nsession: {save_conversation: true}',
    ],
    [
      'rounds that mean nothing',
      'agents: [{id: a, backend: {type: claude}}]\norchestrator: {rounds: 3, parallel: true, final_answer_agent: a}',
    ],
    ['file systems of their own', 'agents: [{id: a, backend: {type: claude}, filesystem: {cwd: w}}]\nfilesystem: {context_paths: []}'],
    ['a flag twice', 'agent: {id: a, backend: {type: openai, enable_web_search: true, enable_web_search: true}}'],
    [
      'memory',
      'agent: {id: a, backend: {type: openai}, memory: {enabled: true}}\nmemory: {persistent_memory: {enabled: true}}\nsession_id: s',
    ],
  ])('%s', async (_, text) => {
    expect((await load(text)).agents).toHaveLength(1);
    expect((await validate(text)).every((line) => line.includes('warning: '))).toBe(true);
  });
});
