/** What may be done without asking, what is asked, and what never happens: data, by effect and by parsed command. */
import type { Effect } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import type { CommandSpec } from '../process/commands.js';
import { type Fit, fitLoosely, fitStrictly, textOf } from './policy-match.js';
import type { Decision, Rule } from './policy-rule.js';
import { defaultRules, harmless, plainVariables } from './policy-rules.js';
import { type ReadText, scriptsOf } from './scripts.js';
import { type Judged, unwrapShell } from './unwrap.js';

export interface Policy {
  readonly rules: readonly Rule[];
  /** What commands may reach without being asked about. */
  readonly network: CommandSpec['network'];
  /** What becomes of a command that no rule names, where a sandbox holds it. */
  readonly otherwise: Decision;
}

export interface PolicyConfig {
  /**
   * Programs with leading arguments (`npm test`), `re:` with a regular expression over a simple command, or `effect:` with an effect.
   * `deny` beats `ask`, `ask` beats `allow`; what is denied by default stays denied.
   */
  allow?: readonly string[];
  ask?: readonly string[];
  deny?: readonly string[];
  /** Whole command lines allowed exactly as they are: the folder's own checks. */
  lines?: readonly string[];
  network?: CommandSpec['network'];
  /** For commands that no rule names; `allow` where absent. `deny` makes `allow` the whole list of what may run. */
  otherwise?: Decision;
}

export interface Verdict {
  decision: Decision;
  why: string;
  /** What an approval must open for the command to work. */
  needs?: 'network';
  /** It acts beyond the workspace and cannot be taken back. */
  beyond?: true;
}

/** The default rules with a person's own before them. Throws a `config` failure for an entry that cannot be read. */
export function policyFrom(config: PolicyConfig): Policy {
  const own = (['deny', 'ask', 'allow'] as const).flatMap((decision) => (config[decision] ?? []).map((entry) => ruleFrom(decision, entry)));
  const lines = (config.lines ?? []).map((line): Rule => ({ decision: 'allow', line: line.trim(), why: 'it is a check of the folder' }));
  return { rules: [...own, ...lines, ...defaultRules], network: config.network ?? 'none', otherwise: config.otherwise ?? 'allow' };
}

const effects: readonly string[] = ['read', 'write', 'run', 'network', 'coordinate'] satisfies Effect[];
const isEffect = (text: string): text is Effect => effects.includes(text);

function ruleFrom(decision: Decision, entry: string): Rule {
  const why = `the configuration ${decision === 'deny' ? 'denies' : decision === 'ask' ? 'asks about' : 'allows'} "${entry}"`;
  const effect = entry.startsWith('effect:') ? entry.slice('effect:'.length).trim() : undefined;
  if (effect !== undefined) {
    if (!isEffect(effect))
      throw fail('config', `The policy names an effect that there is not: "${entry}".`, { hint: `Effects are ${effects.join(', ')}.` });
    return { decision, effect, why };
  }
  if (entry.trim() === '') throw fail('config', 'The policy holds an empty entry.');
  if (entry.startsWith('re:')) requirePattern(entry);
  return { decision, command: entry.trim(), why };
}

function requirePattern(entry: string): void {
  try {
    new RegExp(entry.slice('re:'.length));
  } catch (cause) {
    throw fail('config', `The policy holds a regular expression that cannot be read: "${entry}".`, { cause });
  }
}

/** Whether tools of an effect may be used. `run` is judged by each command. */
export function judgeEffect(policy: Policy, effect: Effect): Verdict {
  const rules = policy.rules.filter((rule) => rule.effect === effect && rule.command === undefined && rule.line === undefined);
  for (const decision of ['deny', 'ask', 'allow'] as const) {
    const rule = rules.find((candidate) => candidate.decision === decision);
    if (rule !== undefined) return { decision, why: rule.why };
  }
  if (effect === 'network' && policy.network === 'none') return { decision: 'ask', why: 'the network is not open', needs: 'network' };
  return { decision: 'allow', why: effect === 'run' ? 'every command is judged by itself' : 'it stays in the workspace' };
}

export interface Surroundings {
  sandboxed: boolean;
  platform?: NodeJS.Platform;
  /** The text of a file of the workspace, by its path from where the command runs; without it no script is looked into. */
  read?: ReadText;
}

/**
 * Judges a command line by every simple command that it is seen to run; the strictest verdict wins.
 * Invariant: what cannot be parsed or followed is never allowed, and what an allowed prefix does not cover (redirections, variables, options that
 * write or run) is judged by itself.
 */
export function judgeCommand(policy: Policy, command: string, context: Surroundings): Verdict {
  const effect = judgeEffect(policy, 'run');
  if (effect.decision === 'deny') return effect;
  const { commands, problems, constructs } = unwrapShell(command);
  const verdicts = commands.map((simple) => judgeSimple(policy, simple, command, context));
  for (const { text, from } of scriptsOf(commands, context.read)) verdicts.push(...beyondIn(policy, text, from, context));
  for (const problem of problems) verdicts.push({ decision: 'ask', why: `it cannot be judged: ${problem}` });
  const named = policy.rules.find((rule) => rule.line !== undefined && rule.line === command.trim());
  if (named !== undefined)
    return strictest(verdicts.filter((verdict) => verdict.decision === 'deny' || verdict.beyond)) ?? { decision: 'allow', why: named.why };
  if (effect.decision === 'ask') verdicts.push(effect);
  if (!context.sandboxed && constructs.length > 0)
    verdicts.push({ decision: 'ask', why: `${noSandbox}, and it is more than a list of plain commands` });
  if ((context.platform ?? process.platform) === 'win32' && readOtherwise.test(command))
    verdicts.push({ decision: 'ask', why: 'the shell of Windows may read it otherwise' });
  return strictest(verdicts) ?? { decision: 'ask', why: 'it runs nothing' };
}

/** Quotes, escapes and variables, which cmd.exe and bash do not read alike. */
const readOtherwise = /[^\w\s./\\:=@,+-]|[\r\n]/;
const noSandbox = 'there is no sandbox on this machine';

/**
 * What a script of the folder would do beyond the workspace. The rest of it is not judged: the sandbox holds it, and where there is none,
 * scripts are not allowed but by name.
 */
function beyondIn(policy: Policy, text: string, from: string, context: Surroundings): Verdict[] {
  return unwrapShell(text)
    .commands.map((simple) => judgeSimple(policy, simple, text, context))
    .filter((verdict) => verdict.beyond)
    .map((verdict) => ({ ...verdict, why: `${verdict.why} (by ${from})` }));
}

function judgeSimple(policy: Policy, command: Judged, line: string, context: { sandboxed: boolean }): Verdict {
  const rules = policy.rules.filter(
    (rule) => rule.command !== undefined && (rule.beyond || !(rule.needs === 'network' && policy.network !== 'none')),
  );
  const own = rules.filter((rule) => !defaultRules.includes(rule));
  const fits = (rule: Rule) => fitLoosely(rule, command, line);
  const denied = firstFit(rules, 'deny', fits);
  if (denied !== undefined) return denied;
  const beyond = firstFit(
    rules.filter((rule) => rule.beyond),
    'ask',
    fits,
  );
  if (beyond?.beyond)
    return own.some((rule) => rule.decision === 'allow' && fitStrictly(rule, command))
      ? (widened(command, context.sandboxed) ?? { ...beyond, decision: 'allow' })
      : beyond;
  const asked = firstFit(own, 'ask', fits);
  if (asked !== undefined) return asked;
  const unsure = widened(command, context.sandboxed);
  const allowed = own.find((rule) => rule.decision === 'allow' && fitStrictly(rule, command));
  if (allowed !== undefined) return unsure ?? { decision: 'allow', why: allowed.why };
  const askedByDefault = firstFit(rules, 'ask', fits);
  if (askedByDefault !== undefined) return askedByDefault;
  if (command.plain) return unsure ?? { decision: 'allow', why: 'it only runs another command' };
  if (context.sandboxed)
    return {
      decision: policy.otherwise,
      why: policy.otherwise === 'allow' ? 'the sandbox holds it' : 'it is not in the list of what may run',
    };
  if (command.words.length === 0 && unsure === undefined) return { decision: 'allow', why: 'it runs nothing' };
  if (harmless.includes(command.words[0]?.text ?? '') && command.words.every((word) => word.kind === 'literal'))
    return unsure ?? { decision: 'allow', why: 'it only prints' };
  return unsure ?? { decision: 'ask', why: `${noSandbox}, so only what is allowed by name may run: "${textOf(command)}" is not` };
}

/** What stands around the words of a command and matters where nothing holds it in. */
function widened(command: Judged, sandboxed: boolean): Verdict | undefined {
  if (sandboxed) return undefined;
  if (command.writes.length > 0) return { decision: 'ask', why: `${noSandbox}, and it writes to ${command.writes.join(', ')}` };
  const assigned = command.assigns.filter((name) => !plainVariables.has(name));
  if (assigned.length > 0) return { decision: 'ask', why: `${noSandbox}, and it sets ${assigned.join(', ')}` };
  return undefined;
}

function firstFit(rules: readonly Rule[], decision: Decision, fits: (rule: Rule) => Fit): Verdict | undefined {
  let unsure: Verdict | undefined;
  for (const rule of rules) {
    if (rule.decision !== decision) continue;
    const fit = fits(rule);
    if (fit === 'yes')
      return { decision, why: rule.why, ...(rule.needs && { needs: rule.needs }), ...(rule.beyond && { beyond: rule.beyond }) };
    // Only seen when it runs whether the rule fits: then it is asked at most, never let through.
    if (fit === 'maybe')
      unsure ??= { decision: 'ask', why: `it may be what a rule is about, which is only known when it runs (${rule.why})` };
  }
  return unsure;
}

const order: readonly Decision[] = ['deny', 'ask', 'allow'];

function strictest(verdicts: readonly Verdict[]): Verdict | undefined {
  const decision = order.find((candidate) => verdicts.some((verdict) => verdict.decision === candidate));
  if (decision === undefined) return undefined;
  const deciding = verdicts.filter((verdict) => verdict.decision === decision);
  const why = [...new Set(deciding.map((verdict) => verdict.why))].join('; ');
  const all = decision === 'deny' ? deciding : verdicts;
  return {
    decision,
    why,
    ...(all.some((verdict) => verdict.needs === 'network') && { needs: 'network' }),
    ...(all.some((verdict) => verdict.beyond) && { beyond: true }),
  };
}
