/** Plays the corpus of awkward folders and prints what came out. Words as arguments play those whose name has one of them. Exit code 1: something differs. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lacking, namespace } from './needs.js';
import { type Outcome, playRow } from './play.js';
import type { Row } from './row.js';
import { rows } from './rows/all.js';

/** Who has no rights on any system. */
const NOBODY = 65534;
const ALONE = '--alone';

/** In a process of its own where it must be: of a user without rights, or one that alone sees what is mounted, so that nothing of it outlives it. */
async function play(row: Row): Promise<Outcome> {
  const needs = row.needs ?? [];
  const mounts = needs.includes('mount') || needs.includes('loop');
  if (mounts && lacking(needs) === undefined) return playAlone(row, { through: namespace() });
  if (row.unprivileged && process.getuid?.() === 0) return playAlone(row, { user: { uid: NOBODY, gid: NOBODY } });
  return playRow(row);
}

function playAlone({ name }: Row, { through = [], user = {} }: { through?: readonly string[]; user?: object }): Outcome {
  const [program = '', ...args] = [...through, process.execPath, fileURLToPath(import.meta.url), ALONE, name];
  const { stdout, stderr } = spawnSync(program, args, { ...user, encoding: 'utf8', cwd: '/' });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) return { name, is: 'differs', why: `it printed no outcome: ${stdout}${stderr}` };
  return JSON.parse(last) as Outcome;
}

async function playAll(words: readonly string[]): Promise<number> {
  const chosen = rows.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length === 0) {
    process.stderr.write(`No folder has a name with ${words.join(' or ')}; there are:\n${rows.map(({ name }) => `  ${name}\n`).join('')}`);
    return 2;
  }
  const counts = { ok: 0, differs: 0, skipped: 0 };
  const width = Math.max(...chosen.map(({ name }) => name.length));
  for (const row of chosen) {
    const began = Date.now();
    const { is, why = '' } = await play(row);
    counts[is] += 1;
    const seconds = `${((Date.now() - began) / 1000).toFixed(1)} s`.padStart(7);
    process.stdout.write(`${row.name.padEnd(width)}  ${is.padEnd(7)} ${seconds}${is === 'skipped' ? `  ${why}` : ''}\n`);
    if (is === 'differs') process.stdout.write(`${why.replace(/^/gm, '    ')}\n`);
  }
  process.stdout.write(`\n${counts.ok} ok, ${counts.differs} differ, ${counts.skipped} skipped of ${chosen.length} folders\n`);
  return counts.differs > 0 ? 1 : 0;
}

const [first, ...others] = process.argv.slice(2);
if (first === ALONE) {
  const row = rows.find(({ name }) => name === others[0]);
  if (row) process.stdout.write(`${JSON.stringify(await playRow(row))}\n`);
} else process.exitCode = await playAll(process.argv.slice(2));
