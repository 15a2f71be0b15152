/** `npm run faults [-- words…]`: plays all faults, or those whose names have one of the words in them, and prints how each ended. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Fault, Verdict } from './fault.js';
import { openTheatre, playFault } from './play.js';
import { table } from './table.js';

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const args = process.argv.slice(2);
const words = args.filter((word) => !word.startsWith('--'));
/** What went wrong stays where it was played. */
const keep = args.includes('--keep');
const theatre = await openTheatre({ cli: beside('cli.mjs'), hits: beside('hits.mjs') });
const named = table(theatre).filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const mayMount = process.env.MASSGEN_FAULTS_MOUNT === 'yes';
const skipped = mayMount ? [] : named.filter(({ mount }) => mount !== undefined);
const queue: Fault[] = named.filter((fault) => !skipped.includes(fault));
for (const { name } of skipped) console.log(`skipped, as nothing can be mounted here: ${name}`);
if (args.includes('--list')) {
  for (const { name } of queue.splice(0)) console.log(name);
}
const verdicts: Verdict[] = [];
const began = performance.now();

async function worker(): Promise<void> {
  for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
    const verdict = await playFault(theatre, fault, keep);
    verdicts.push(verdict);
    console.log(`${verdict.says.padEnd(26)} ${verdict.name} (${verdict.ms} ms)${verdict.wrong.map((why) => `\n    ${why}`).join('')}`);
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, worker));
await theatre.close();
const counts = new Map<string, number>();
for (const { says } of verdicts) counts.set(says, (counts.get(says) ?? 0) + 1);
console.log(`\n${verdicts.length} faults in ${Math.round((performance.now() - began) / 1000)} s`);
if (skipped.length > 0) counts.set('skipped', skipped.length);
for (const [says, count] of counts) console.log(`${String(count).padStart(5)}  ${says}`);
process.exitCode = verdicts.some(({ wrong }) => wrong.length > 0) ? 1 : 0;
