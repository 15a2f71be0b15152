/** Plays the corpus and prints it as a table: `npm run jail`, or `npm run jail -- git network` for those families. Exit code 1: something got out. */
import { type Attempt, isCall } from './attempt.js';
import { corpus } from './corpus.js';
import { isHere } from './here.js';
import { ordinary } from './ordinary.js';
import { inOneStart, type Outcome, play } from './play.js';
import { openScene } from './scene.js';

const wanted = process.argv.slice(2);
const meant = (family: string): boolean => wanted.length === 0 || wanted.some((word) => family.includes(word));
const chosen = corpus.filter(({ family }) => meant(family));
const playable = chosen.filter((one) => isCall(one) || isHere(one));
const again = () => openScene('auto');
const began = performance.now();
const outcomes = await play(playable, again);
for (const outcome of outcomes) process.stdout.write(`${lineOf(outcome)}\n`);
const out = outcomes.filter((one) => one.harm.length > 0);
const work = meant('ordinary') ? ordinary.filter(isHere) : [];
const hindered: string[] = [];
await using scene = await again();
for (let at = 0; at < work.length; at += 30) {
  const batch = work.slice(at, at + 30);
  const { said } = await inOneStart(batch, scene);
  for (const [place, { command }] of batch.entries())
    if (said[place]?.ended !== '0') hindered.push(`${command}\n${said[place]?.said ?? ''}`);
}
for (const one of hindered) process.stdout.write(`NOT   ordinary      ${one}\n`);
process.stdout.write(
  `${outcomes.length} escapes tried, ${chosen.length - playable.length} not (their program is not here), ${out.length} got out; ` +
    `${work.length} ordinary commands, ${hindered.length} hindered; ${((performance.now() - began) / 1000).toFixed(0)} s\n`,
);
process.exitCode = out.length + hindered.length > 0 ? 1 : 0;

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
