/** Prints how often simulated teams come to a right answer: by voting rule, by what evidence counts, by discount, by limits. An argument says how many turns. */
import { teamOf } from '../src/engine/config/team.js';
import type { PatternSpec } from '../src/protocol/events.js';
import { type VotingRule, votingRules } from '../src/protocol/voting.js';
import { lead, type Rates, rates, settings, share, type Variant } from '../test/engine/patterns/rates.js';

const turns = Number(process.argv[2] ?? 2000);
if (!(turns >= 1)) throw new Error(`How many turns? "${process.argv[2]}" is not a number.`);

const { rule, evidence = 'ties', sameFamily = 1 } = teamOf([]).pattern;
const usual: Variant = { rule, evidence, sameFamily };
const sections: { about: string; variants: (readonly [string, Variant])[] }[] = [
  {
    about: 'The rule',
    variants: (Object.keys(votingRules) as VotingRule[]).map((one) => [one, { ...usual, rule: one }]),
  },
  {
    about: 'What evidence does, with that rule',
    variants: (['ties', 'veto', 'weighs'] as const).map((one) => [one, { ...usual, evidence: one }]),
  },
  {
    about: 'What a ballot weighs for its own family, with that rule',
    variants: [1, 0.75, 0.5, 0.25, 0].map((one) => [String(one), { ...usual, sameFamily: one }]),
  },
];
const flat = sections.flatMap(({ variants }) => variants.map(([, variant]) => variant));

process.stderr.write(`${turns} turns of each setting …\n`);
const played = Object.entries(settings).map(([name, setting]) => ({ name, result: rates(setting, flat, turns) }));
const NAME = 42;
const cell = (text: string): string => text.padStart(11);
const line = (name: string, cells: readonly string[]): string => `${name.padEnd(NAME)}${cells.map(cell).join('')}\n`;
const number = (right: readonly boolean[]): string => share(right).percent.toFixed(1);
const out = (text: string): void => void process.stdout.write(text);

out(
  `% of turns with a right answer; ${turns} turns a setting, each ± ${share(played[0]?.result.random ?? []).off.toFixed(1)} at most; * by default\n`,
);
for (const { about, variants } of sections) {
  const columns = variants.map(([, variant]) => flat.indexOf(variant));
  const isUsual = (at: number): boolean => JSON.stringify(flat[at]) === JSON.stringify(usual);
  const heads = variants.map(([name], at) => `${name}${isUsual(columns[at] ?? -1) ? '*' : ''}`);
  out(`\n${line(about, ['best alone', 'any answer', 'oracle', ...heads])}`);
  const of = (result: Rates): boolean[][] => columns.map((at) => result.variants[at] ?? []);
  for (const { name, result } of played) out(line(`  ${name}`, [result.alone, result.random, result.oracle, ...of(result)].map(number)));
  const all = (pick: (result: Rates) => readonly boolean[]): boolean[] => played.flatMap(({ result }) => pick(result));
  const together = columns.map((at) => all((result) => result.variants[at] ?? []));
  out(
    line('  all', [all((result) => result.alone), all((result) => result.random), all((result) => result.oracle), ...together].map(number)),
  );
  const base = together[columns.findIndex(isUsual)] ?? [];
  const leads = together
    .map((right) => lead(right, base))
    .map(({ percent, off }) => `${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)}±${off.toFixed(1)}`);
  out(line('  all, beside the default', ['', '', '', ...leads]));
}

const limits: (readonly [string, Partial<PatternSpec>])[] = [1, 2, 3, 4, 6].map((answers) => [`${answers} answers`, { answers }]);
out(
  `\n${line(
    'Answers that an agent may give',
    limits.map(([name]) => name),
  )}`,
);
for (const [name, setting] of Object.entries(settings).filter((_, at) => at % 4 === 0)) {
  const results = limits.map(([, spec]) => rates(setting, [usual], turns, spec));
  out(
    line(
      `  ${name}`,
      results.map(({ variants }) => number(variants[0] ?? [])),
    ),
  );
  out(
    line(
      '    model calls',
      results.map(({ calls }) => calls.toFixed(1)),
    ),
  );
}
