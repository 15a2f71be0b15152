import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projects, twoTurns } from './massgen.js';
import { CTRL_C, ENTER, hasTerminal, terminals } from './terminal.js';

const newProject = projects();
const onTerminal = terminals();

const asking = twoTurns.replace(
  '      - call:\n          - write_file',
  '      - call:\n          - run_command: { command: "node -v" }\n          - write_file',
);

describe.skipIf(!hasTerminal)('massgen on a terminal', () => {
  it('takes a task, asks, shows what was decided, applies and undoes, and says how to go on', async () => {
    const folder = await newProject(asking, 'policy: { ask: [node] }\n');
    const words = () => readFileSync(path.join(folder, 'src', 'words.txt'), 'utf8');
    const it = onTerminal(folder);
    await it.until('maya, otto in');
    await it.until('> ');
    it.type(`/aply${ENTER}`);
    expect(await it.until('\n> ')).toMatch(/There is no command \/aply\.\s+did you mean "\/apply"\?/);
    it.type(`/candidates${ENTER}`);
    await it.until('Nothing was asked yet');
    // What becomes of the configuration meanwhile takes nothing away.
    writeFileSync(path.join(folder, 'massgen.yaml'), 'agents: [\n');
    it.type(`Make two louder${ENTER}`);
    await it.until('An agent wants to run:  node -v');
    await it.until('[n] ');
    it.type(`y${ENTER}`);
    await it.until('decided  maya.1 by 2 of 2');
    await it.until('/apply brings it into your folder');
    await it.until('> ');
    expect(words()).toBe('one\ntwo\nthree\n');
    it.type(`/apply${ENTER}`);
    await it.until('/undo   brings back what stood before');
    expect(words()).toBe('one\nTWO\nthree\n');
    it.type(`/undo${ENTER}`);
    await it.until('took back 2 files');
    expect(words()).toBe('one\ntwo\nthree\n');
    await it.until('> ');
    it.type(`half a line${CTRL_C}/quit${ENTER}`);
    expect(await it.until('goes on with it.')).toMatch(/Kept as \S+\. massgen run --session/);
    expect(await it.ended()).toBe(0);
  });

  it('ends a turn with Ctrl-C, and itself with the next', async () => {
    const folder = await newProject(
      'agents:\n  maya: { work: [{ fail: { hang: true } }] }\n  otto: { work: [{ fail: { hang: true } }] }\n',
    );
    const it = onTerminal(folder);
    await it.until('> ');
    it.type(`Work${ENTER}`);
    await it.until('otto  ');
    it.type(CTRL_C);
    await it.until('cancelled');
    await it.until('> ');
    it.type(CTRL_C);
    await it.until('Kept as');
    expect(await it.ended()).toBe(0);
  });
});
