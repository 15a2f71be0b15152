import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openTail } from '../../src/engine/log-tail.js';

const folder = mkdtempSync(join(tmpdir(), 'massgen-tail-'));
afterAll(() => rmSync(folder, { recursive: true }));

const first = '{"type":"session.started","id":"s","version":1,"folder":"/é","seq":1,"at":1}\n';
const fact = (seq: number) => `{"type":"session.renamed","title":"${'ü'.repeat(seq)}","seq":${seq},"at":${seq}}\n`;

test('what is added comes once, when its line is whole, wherever it is cut', () => {
  const path = join(folder, 'log.jsonl');
  const text = Buffer.from(first + fact(2) + fact(3) + fact(4));
  for (let cut = Buffer.byteLength(first); cut <= text.length; cut += 7) {
    writeFileSync(path, text.subarray(0, cut));
    const tail = openTail(path);
    appendFileSync(path, text.subarray(cut, cut + 20));
    tail.read();
    appendFileSync(path, text.subarray(cut + 20));
    tail.read();
    expect(tail.read()).toEqual([]);
    expect([...tail.facts].map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  }
});

test('nothing comes after a line that is no fact', () => {
  const path = join(folder, 'bad.jsonl');
  writeFileSync(path, first);
  const tail = openTail(path);
  appendFileSync(path, `${fact(2)}${fact(4)}${fact(3)}`);
  expect(tail.read().map((event) => event.seq)).toEqual([2]);
  appendFileSync(path, fact(3));
  expect(tail.read()).toEqual([]);
});
