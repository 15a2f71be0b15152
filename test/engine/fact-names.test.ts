import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openLog, readLog } from '../../src/engine/log.js';
import { misplacedAs } from '../../src/engine/log-format.js';
import type { FactEvent } from '../../src/protocol/events.js';

const folder = mkdtempSync(join(tmpdir(), 'massgen-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ID = 'a'.repeat(40);
const NO_ID = 'it names a tree or a file by what is no id';
const NO_LABEL = 'it labels an answer by what is no label';

/** Each place in a fact where one stands, as a function of what is put there. */
const objects: Record<string, (id: unknown) => object> = {
  'the base of a turn': (id) => ({ type: 'turn.started', base: id, request: [] }),
  'an attachment': (id) => ({ type: 'turn.started', base: ID, request: [{ type: 'text' }, { type: 'image', blob: id }] }),
  'a part of a message': (id) => ({ type: 'message.completed', parts: [{ type: 'file', blob: id }] }),
  'an answer': (id) => ({ type: 'candidate.submitted', candidate: { tree: id, words: [] } }),
  'the words of an answer': (id) => ({ type: 'candidate.submitted', candidate: { tree: ID, words: [{ blob: id }] } }),
  'what is checked': (id) => ({ type: 'check.started', tree: id }),
  'what was checked': (id) => ({ type: 'evidence.recorded', tree: id, checks: [] }),
  'the output of a check': (id) => ({ type: 'evidence.recorded', tree: ID, checks: [{}, { output: id }] }),
  'what stood before an apply': (id) => ({ type: 'apply.started', before: id, after: ID }),
  'what an apply comes to': (id) => ({ type: 'apply.started', before: ID, after: id }),
  'what stood before a rejection': (id) => ({ type: 'changes.rejected', from: id, to: ID }),
  'what stands after it': (id) => ({ type: 'changes.rejected', from: ID, to: id }),
};
const labels: Record<string, (label: unknown) => object> = {
  'the label of an answer at the start': (label) => ({ type: 'run.started', from: 'c1', shown: [{ label: 'agent1' }, { label }] }),
  'the label of an answer that is news': (label) => ({ type: 'candidates.shown', shown: [{ label }] }),
};

const hostile: unknown[] = [
  '--output=/home/person/.bashrc',
  ['--output=/home/person/.bashrc'],
  '../../../../home/person/.bashrc',
  `${ID}/../../../..`,
  `${ID}\n${ID}`,
  `${ID}\n`,
  `${ID} `,
  `${ID}:.git/config`,
  'HEAD',
  'HEAD^{tree}',
  ID.toUpperCase(),
  ID.slice(1),
  `${ID}a`,
  '',
  null,
  7,
  { toString: 'x' },
];
const said = (fact: object) => misplacedAs({ ...fact, seq: 2, at: 1 }, 2);

describe('a fact names', () => {
  test.each(Object.entries(objects))('%s by an id and nothing else', (_, fact) => {
    expect([ID, 'b'.repeat(64), undefined].map((id) => said(fact(id)))).toEqual([undefined, undefined, undefined]);
    expect([...hostile, 'agent1'].filter((id) => said(fact(id)) !== NO_ID)).toEqual([]);
  });

  test.each(Object.entries(labels))('%s by a label and nothing else', (_, fact) => {
    expect(['agent1', 'agent12'].map((label) => said(fact(label)))).toEqual([undefined, undefined]);
    const others = ['..', '.', 'agent1/..', '/etc', 'agent', 'agent1\n', 'Agent1', ID];
    expect([...hostile, ...others].filter((label) => said(fact(label)) !== NO_LABEL)).toEqual([]);
  });
});

test('a log that names what it may not is read up to there, and never gone on with; nothing of the kind is written', () => {
  const path = join(folder, 'events.jsonl');
  const started: FactEvent = { type: 'session.started', id: 's1', version: 1, folder: '/', seq: 1, at: 1 };
  const shown: FactEvent = { type: 'candidates.shown', run: 'r1', shown: [{ candidate: 'c1', label: '../../../..' }], seq: 2, at: 1 };
  writeFileSync(path, `${JSON.stringify(started)}\n${JSON.stringify(shown)}\n`);
  const { facts, readOnly } = readLog(path);
  expect([...facts]).toEqual([started]);
  expect(readOnly).toMatchObject({ code: 'log', message: expect.stringContaining(NO_LABEL) });
  expect(openLog(path).log.readOnly).toEqual(readOnly);

  const { log } = openLog(join(folder, 'fresh.jsonl'));
  log.append(started);
  expect(() => log.append(shown)).toThrow(NO_LABEL);
  log.close();
});
