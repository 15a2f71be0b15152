import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { judgeCommand, policyFrom } from '../../src/engine/tools/policy.js';
import { type Attempt, type CommandAttempt, isCall } from './attempt.js';
import { corpus } from './corpus.js';
import { isHere } from './here.js';
import { ordinary } from './ordinary.js';
import { inOneStart, play, runAll } from './play.js';
import { openScene } from './scene.js';

const again = () => openScene('auto');
const scene = await again();
afterAll(() => scene[Symbol.asyncDispose]());
const held = scene.context.commands.sandbox !== 'none';
if (!held) console.warn(`The corpus of escapes is not tried: ${scene.context.commands.sandboxProblem}`);

const isCommand = (one: Attempt): one is CommandAttempt => !isCall(one);

/** Of the commands every tenth, of the calls all: what `npm run jail` tries as a whole would take a minute here. */
const sample = corpus.filter((one, at) => isCall(one) || (at % 10 === 0 && isHere(one) && one.family !== 'network'));

describe('the corpus of escapes', () => {
  test('is some hundreds of different ones', () => {
    expect(corpus.length).toBeGreaterThan(400);
    expect(new Set(corpus.map(({ family, name }) => `${family} ${name}`)).size).toBe(corpus.length);
  });

  test.runIf(held)('gets nothing out of the sandbox and the tools, and is told so (a sample)', { timeout: 120_000 }, async () => {
    const outcomes = await play(sample, again);
    expect(outcomes.filter(({ harm }) => harm.length > 0).map(({ attempt, harm }) => [attempt.family, attempt.name, harm])).toEqual([]);
    // What comes back is a refusal, or words; never the silence of what was done. `rm -f` of what cannot be seen is silent everywhere.
    const silent = outcomes.filter(
      ({ attempt, ended, said }) =>
        ended === '0' && said.trim() === '' && !/rm -r?f|outlive|; true/.test('command' in attempt ? attempt.command : ''),
    );
    expect(silent.map(({ attempt }) => attempt.name)).toEqual([]);
  });

  test('is never simply run where there is no sandbox', () => {
    const policy = policyFrom({});
    const allowed = corpus.filter((one) => !isCall(one) && judgeCommand(policy, one.command, { sandboxed: false }).decision === 'allow');
    expect(allowed.map(({ name }) => name)).toEqual([]);
  });

  test('can get out where nothing holds it: the probes see it', { timeout: 120_000 }, async () => {
    const controls = corpus.filter(isCommand).filter((one) => one.control === true && isHere(one));
    expect(controls.length).toBeGreaterThan(50);
    const names = [
      'a chain of links: a file of the person’s',
      'a git hook',
      'the log of the session',
      '~/.ssh/id_ed25519',
      '.env of the folder',
    ];
    const more = ['the victim’s environ', 'a recipe of make', 'a port of this machine', 'a socket file of another'];
    const chosen = [...names, ...more].flatMap((wanted) => controls.find(({ name }) => name.replaceAll("'", '’') === wanted) ?? []);
    expect(chosen.length).toBe(names.length + more.length);
    await using open = await openScene('off');
    for (const attempt of chosen) {
      const { harm } = await runAll([attempt], open);
      expect([attempt.name, harm.map((one) => one.harm)]).toEqual([attempt.name, expect.arrayContaining([attempt.must])]);
    }
  });
});

describe('ordinary work', () => {
  /** Every fourth; `npm run jail -- ordinary` runs all. */
  const here = ordinary.filter(isHere).filter((_, at) => at % 4 === 0);

  test.runIf(held)(`goes on in the sandbox: ${here.length} commands`, { timeout: 120_000 }, async () => {
    const { said } = await inOneStart(here, scene);
    const failed = here.flatMap(({ command }, at) => (said[at]?.ended === '0' ? [] : [[command, said[at]]]));
    expect(failed).toEqual([]);
  });
});

test('a link that is swapped in while a tool works never leads it out', { timeout: 60_000 }, async () => {
  const { root, context, variables } = scene;
  const place = join(root, 'swapped');
  // One thread makes the name a folder and a link to the person's folder in turn, as fast as it can.
  const swapper = new Worker(
    `const fs = require('node:fs'); const { place, target } = require('node:worker_threads').workerData;
     const stop = Date.now() + 1500;
     while (Date.now() < stop) {
       try { fs.mkdirSync(place); fs.writeFileSync(place + '/a.txt', 'mine'); } catch {}
       try { fs.rmSync(place, { recursive: true }); fs.symlinkSync(target, place); fs.unlinkSync(place); } catch {}
     }`,
    { eval: true, workerData: { place, target: variables.FOLDER } },
  );
  const over = new Promise((resolve) => swapper.once('exit', resolve));
  let running = true;
  void over.then(() => {
    running = false;
  });
  const { callTool, tools } = await import('../../src/engine/tools/index.js');
  const tool = (name: string) => tools.find((one) => one.name === name) ?? tools[0];
  const said: string[] = [];
  let done = 0;
  while (running) {
    const calls = [
      callTool(tool('write_file'), JSON.stringify({ path: 'swapped/a.txt', content: 'raced' }), context),
      callTool(tool('write_file'), JSON.stringify({ path: 'swapped/new.txt', content: 'raced' }), context),
      callTool(tool('read_file'), JSON.stringify({ path: 'swapped/kept-out.txt' }), context),
      callTool(tool('move_file'), JSON.stringify({ from: 'swapped/a.txt', to: 'swapped/moved.txt' }), context),
      callTool(tool('delete_file'), JSON.stringify({ path: 'swapped/b.txt' }), context),
      callTool(tool('list_files'), JSON.stringify({ path: 'swapped' }), context),
    ];
    for (const result of await Promise.all(calls)) {
      said.push(result.output);
      if (result.ok) done += 1;
    }
  }
  expect(await scene.harm(said.join('\n'))).toEqual([]);
  expect(done).toBeGreaterThan(0);
});
