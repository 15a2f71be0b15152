import { afterAll, expect, test } from 'vitest';
import { createSession } from '../../src/engine/session.js';
import type { FactEvent, Team } from '../../src/protocol/events.js';
import { removeFolders, repository, scriptedTeam, sumProject, testHost } from '../fixtures/team.js';

afterAll(removeFolders);

const fix = { edit_file: { path: 'sum.js', old_text: 'one, 1)', new_text: 'one, 0)' } };
const one = {
  work: [
    { say: 'I look first.', call: [{ read_file: { path: 'sum.js' } }] },
    { call: [fix], answer: 'It starts at 0.' },
    { vote: { for: 'starts' } },
  ],
  present: [{ say: 'The sum starts at 0 now.' }],
};
const next = { work: [{ vote: { for: 'starts', reason: 'Nothing is to be improved.' } }] };

/** What differs from run to run is named by its first appearance: trees, times, folders, and where runs of tests say how long they took. */
function traceOf(events: readonly FactEvent[], folder: string): string {
  const names = new Map<string, string>();
  const named = (id: string): string => {
    if (!names.has(id)) names.set(id, `#${names.size + 1}`);
    return names.get(id) ?? '';
  };
  const lines = events.map((event) => JSON.stringify({ ...event, at: 0 }));
  return `${lines
    .join('\n')
    .replaceAll(folder, '<folder>')
    .replace(/"scenario":"[^"]*"/g, '"scenario":"<scenario>"')
    .replace(/\d{8}-\d{6}-[0-9a-f]{4}/g, '<session>')
    .replace(/\b[0-9a-f]{40}\b/g, named)
    .replace(/"durationMs":[\d.]+/g, '"durationMs":0')
    .replace(/"input":\d+,"output":\d+/g, '"input":0,"output":0')}\n`;
}

const cases: [string, () => Team][] = [
  ['one-agent', () => scriptedTeam({ a: one })],
  ['relay', () => scriptedTeam({ a: one, b: next }, { pattern: { id: 'relay' } })],
];

test.each(cases)('the facts of a turn: %s', async (name, team) => {
  const folder = repository(sumProject);
  // The base's checks and the first replies run side by side; that order is no part of what is held here.
  await using session = await createSession({ folder, host: testHost() });
  await session.turn([{ type: 'text', text: 'Fix the sum.' }], team());
  const ofBase = (event: FactEvent): boolean =>
    (event.type === 'check.started' || event.type === 'evidence.recorded') && event.tree === session.state.turns[0]?.base;
  const events = [...session.facts].filter((event) => !ofBase(event)).map((event, at) => ({ ...event, seq: at + 1 }));
  await expect(traceOf(events, folder)).toMatchFileSnapshot(`../golden/${name}.jsonl`);
});
