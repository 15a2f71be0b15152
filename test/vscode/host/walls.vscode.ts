/** What agents run from the editor is held by the sandbox: seen by a command that tries to get out, in a session of the window. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { findProgram } from '../../../src/engine/process/programs.js';
import { readSession } from '../../../src/engine/sessions.js';
import type { Front } from '../../../src/extension/front.js';
import type { Api } from '../../../src/extension/main.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { openWalls, type Walls } from '../walls.js';
import { until, watched } from './until.js';

const files = ['massgen.yaml', 'scenario.json', 'walls.sh'];

describe('the walls', () => {
  let front: Front;
  let walls: Walls;
  let session: string | undefined;

  before(async function () {
    if (process.platform === 'win32' || (process.platform === 'linux' && !findProgram('bwrap', process.env.PATH))) {
      console.log('skipped: the walls in the editor, because there is no sandbox here');
      this.skip();
    }
    const api = (await vscode.extensions.getExtension<Api>('massgen.massgen')?.activate()) ?? assert.fail('no extension');
    front = await api.front();
    await watched(front.folder);
    walls = await openWalls();
    const solo = {
      work: [{ call: [{ run_command: { command: 'bash walls.sh' } }] }, { answer: 'Tried.' }, { vote: { for: 'Tried' } }],
      present: [{ say: 'Tried.' }],
    };
    await writeFile(
      join(front.folder, 'massgen.yaml'),
      'agents:\n  - id: solo\n    backend: { type: scripted, scenario: scenario.json }\n',
    );
    await writeFile(join(front.folder, 'walls.sh'), walls.script);
    await writeFile(join(front.folder, 'scenario.json'), JSON.stringify({ agents: { solo } }));
  });
  after(async () => {
    if (session !== undefined) await front.intend({ do: 'remove', session });
    await front?.show(undefined);
    await walls?.[Symbol.asyncDispose]();
    for (const file of files) if (front !== undefined) await rm(join(front.folder, file), { force: true });
  });

  it('stand around what an agent runs', async () => {
    const team = await until('the team of the file', async () =>
      (await front.teams()).find(({ agents }) => agents.some(({ id }) => id === 'solo')),
    );
    session = await front.intend({ do: 'start', request: [{ type: 'text', text: 'Try it.' }], team: team.id });
    await until('a decision', () => currentTurn(front.seen().state ?? assert.fail('no session'))?.decision);
    const events = [...(await readSession(front.folder, session)).facts];
    const said = events.flatMap((event) => (event.type === 'tool.returned' ? [event.output] : []))[0] ?? assert.fail('nothing was run');
    assert.deepEqual(walls.harm(said, front.folder), [], said);
  });
});
