import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSession } from '../../src/engine/session.js';
import { removeFolders, repository, scriptedTeam, testHost } from '../fixtures/team.js';

// Not below /tmp, which is another one in the sandbox: what is hidden there would be hidden by that alone.
const disk = process.platform === 'linux' ? realpathSync(mkdtempSync('/var/tmp/massgen-disk-')) : undefined;
afterAll(() => {
  removeFolders();
  if (disk !== undefined) rmSync(disk, { recursive: true });
});

test.skipIf(disk === undefined)('where .massgen is a link, commands see nothing of the session there but their workspace', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  mkdirSync(join(disk ?? '', 'home'));
  symlinkSync(join(disk ?? '', 'home'), join(folder, '.massgen'));
  const look = { run_command: { command: `cat ${disk}/home/sessions/*/events.jsonl; cat a.txt; ls ${disk}/home/workspaces/*` } };
  await using session = await createSession({ folder, host: testHost() });
  const work = [{ call: [look], answer: 'I looked.' }, { vote: { for: 'looked', reason: 'r' } }];
  await session.turn([{ type: 'text', text: 'Look.' }], scriptedTeam({ a: { work, present: [{ say: 'Done.' }] } }));
  const said = JSON.stringify([...session.facts].find((fact) => fact.type === 'tool.returned'));
  expect(said).toContain('a\\n');
  expect(said).not.toContain('session.started');
});
