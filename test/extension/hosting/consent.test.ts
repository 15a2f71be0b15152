/** A team that would send a key of the person's: the window asks when it is to be started, and nothing is begun without a yes. */
import { afterAll, expect, test } from 'vitest';
import type { Sending } from '../../../src/engine/config/sendings.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { removeFolders, repository, scriptedTeam } from '../../fixtures/team.js';
import { testWindow } from './window.js';

afterAll(removeFolders);

const work = { work: [{ answer: 'Done.' }, { vote: { for: 'Done' } }], present: [{ say: 'Done.' }] };
const request = [{ type: 'text' as const, text: 'Do it.' }];

test('it is asked at the start alone, once; a no refuses the start and leaves no session', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const sending = { name: 'KEY', to: 'https://gw.example', place: { file: 'massgen.yaml', line: 3, column: 5 } };
  const team = { ...scriptedTeam({ solo: work }), sends: { chosen: false, all: [sending] } };
  const asked: (readonly Sending[])[] = [];
  const answers = [false, true];
  const host = {
    env: { PATH: process.env.PATH, HOME: repository({ 'a.txt': 'a\n' }) },
    consent: async (sendings: readonly Sending[]) => {
      asked.push(sendings);
      return answers.shift() ?? false;
    },
  };
  await using window = testWindow(folder, team, { host });
  await window.teams();
  expect(asked).toEqual([]);
  const start = () => window.intend({ do: 'start', request });
  await expect(start()).rejects.toMatchObject({
    failure: { code: 'config', message: expect.stringContaining('you did not agree') },
  });
  expect(await window.rows()).toEqual([]);
  const ended = async (id: string) => {
    const watch = window.watch(id);
    await expect.poll(() => currentTurn(watch.now().state)?.decision?.outcome, { timeout: 20_000 }).toBe('decided');
    watch.end();
  };
  await ended(await start());
  await ended(await start());
  expect(asked).toEqual([[sending], [sending]]);
});
