/** What is written into a folder's configuration and its `.env` holds at once, whoever wrote it. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Front } from '../../../src/extension/front.js';
import type { Api } from '../../../src/extension/main.js';
import { until, watched } from './until.js';

const team = (id: string): string =>
  `agents:\n  - id: ${id}\n    backend: { type: chatcompletion, base_url: "http://127.0.0.1:9/v1", model: m, api_key: "\${TEST_WRITTEN_KEY}" }\n`;

describe('a configuration', () => {
  let front: Front;
  const at = (name: string): string => join(front.folder, name);
  const agents = async (): Promise<string> => (await front.teams()).flatMap((one) => one.agents.map(({ id }) => id)).join();
  const offered = (what: string, says: (ids: string) => boolean) => until(what, async () => (says(await agents()) ? true : undefined));

  before(async () => {
    const api = (await vscode.extensions.getExtension<Api>('massgen.massgen')?.activate()) ?? assert.fail('no extension');
    front = await api.front();
    await watched(front.folder);
  });
  after(async () => {
    for (const name of ['massgen.yaml', '.env']) await rm(at(name), { force: true });
  });

  it('is what teams are made of when it is written, changed and removed', async () => {
    assert.ok(!(await agents()).includes('written'));
    await writeFile(at('massgen.yaml'), team('written'));
    await offered('the team that was written', (ids) => ids.includes('written'));
    await writeFile(at('massgen.yaml'), team('changed'));
    await offered('the team as it was changed', (ids) => ids.includes('changed') && !ids.includes('written'));
    const failure = async () => (await front.teams()).find((one) => one.agents.some(({ id }) => id === 'changed'))?.failure;
    assert.match((await failure())?.message ?? '', /TEST_WRITTEN_KEY/);
    await writeFile(at('.env'), 'TEST_WRITTEN_KEY=k-123456\n');
    await until('its key', async () => ((await failure()) === undefined ? true : undefined));
    await rm(at('massgen.yaml'));
    await offered('no team', (ids) => !ids.includes('changed'));
  });
});
