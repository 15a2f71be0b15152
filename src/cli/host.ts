/** The engine's ports as a terminal fills them in. Where nobody can be asked, what is refused says what would allow it. */
import { randomInt } from 'node:crypto';
import type { ApprovalRequest, Host } from '../engine/host.js';
import { fail } from '../protocol/failure.js';
import type { Verbosity } from './args.js';
import { err } from './output.js';

const SEEDS = 2 ** 32;

export interface HostOptions {
  verbosity?: Verbosity | undefined;
  /** Who is asked; nobody where absent. */
  approve?: Host['approve'] | undefined;
  consent?: Host['consent'] | undefined;
}

/** `env` is what `loadEnv` gave. */
export function cliHost(env: Host['env'], { verbosity = 'normal', approve = refuse, consent }: HostOptions = {}): Host {
  const seed = seedFrom(env.MASSGEN_SEED);
  return {
    now: Date.now,
    env,
    approve,
    ...(consent && { consent }),
    seed: () => seed ?? randomInt(SEEDS),
    log: (level, message) => {
      if (level === 'warn' || verbosity !== 'quiet') err(level === 'warn' ? `warning: ${message}` : message);
    },
  };
}

/** MASSGEN_SEED makes a turn shuffle as an earlier one did. */
function seedFrom(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed >= SEEDS)
    throw fail('usage', `MASSGEN_SEED must be a whole number below 2^32, not "${text}".`);
  return seed;
}

const refuse: Host['approve'] = async (request) => ({ answer: 'denied', by: 'policy', why: refusal(request) });

/** What the agent and the person read: why it was not done, and the entry of the policy that would let it be. */
function refusal({ effect, what, why, once }: ApprovalRequest): string {
  const byHand = once ? ', or do it as you with massgen act, once you have applied the answer' : '';
  return `nobody can be asked here (${why}); ${entryFor(effect, what)}${byHand}`;
}

function entryFor(effect: ApprovalRequest['effect'], what: string): string {
  if (effect !== 'run') return `"policy: {allow: ['effect:${effect}']}" in the configuration would allow it`;
  // An entry is a program with its first arguments: what is more than one plain command has none that covers it.
  const plain = /^[\w@%+=:,./-]+(?: [\w@%+=:,./-]+)*$/.test(what);
  return plain
    ? `"policy: {allow: [${JSON.stringify(what)}]}" in the configuration would allow it`
    : 'an entry under "policy: {allow: […]}" in the configuration for each program in it would allow it';
}
