/** Plays the corpus and prints it as a table: `npm run jail`, or `npm run jail -- git network` for those families. Exit code 1: something got out. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { type Attempt, isCall } from './attempt.js';
import { corpus } from './corpus.js';
import { type Outcome, play } from './play.js';
import { openScene } from './scene.js';

const isHere = (program: string): boolean =>
  (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false; // Not in this folder.
    }
  });

const wanted = process.argv.slice(2);
const chosen = corpus.filter((one) => wanted.length === 0 || wanted.some((word) => one.family.includes(word)));
const playable = chosen.filter((one) => isCall(one) || one.needs === undefined || isHere(one.needs));
const again = () => openScene('auto');
await using scene = await again();
const began = performance.now();
const outcomes = await play(playable, scene, again);
for (const outcome of outcomes) process.stdout.write(`${lineOf(outcome)}\n`);
const out = outcomes.filter((one) => one.harm.length > 0);
process.stdout.write(
  `${outcomes.length} tried in ${((performance.now() - began) / 1000).toFixed(1)} s, ${chosen.length - playable.length} not (their program is not here), ${out.length} got out\n`,
);
process.exitCode = out.length > 0 ? 1 : 0;

function lineOf({ attempt, harm, said, ended }: Outcome): string {
  const mark = harm.length > 0 ? 'OUT ' : 'held';
  const words = harm.length > 0 ? harm.map(({ harm: kind, what }) => `${kind} ${what}`).join('; ') : `${ended}: ${lastLine(said)}`;
  return `${mark}  ${attempt.family.padEnd(12)}  ${nameOf(attempt).padEnd(58)}  ${words}`;
}

function nameOf({ name }: Attempt): string {
  return name.length > 58 ? `${name.slice(0, 57)}…` : name;
}

function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').slice(0, 120);
}
