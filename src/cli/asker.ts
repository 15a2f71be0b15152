/** Asks the person on the terminal what the policy says to ask: one question at a time, while what else is shown steps aside. */
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline/promises';
import { type Sending, sendingText } from '../engine/config/sendings.js';
import type { Approval, ApprovalRequest } from '../engine/host.js';
import { exactly } from '../protocol/exactly.js';
import type { Options } from './args.js';
import { canAsk } from './output.js';

/** Puts a question on the terminal and gives the line that is typed. Rejects where the signal aborts. */
export type Question = (text: string, signal: AbortSignal) => Promise<string>;

export interface Asker {
  approve(request: ApprovalRequest, signal: AbortSignal): Promise<Approval>;
  consent(sendings: readonly Sending[], signal: AbortSignal): Promise<boolean>;
  /** `hold` takes what is drawn off the terminal while something is asked; what it gives brings it back. */
  beside(hold: () => () => void): void;
}

const VERBS = { run: 'run', network: 'reach', read: 'read', write: 'write', coordinate: 'do' } as const;

/** Invariant: only a plain yes allows. What is allowed for longer than once is remembered by the engine. */
export function openAsker(question: Question): Asker {
  let hold = (): (() => void) => () => undefined;
  let asking: Promise<unknown> = Promise.resolve();

  async function ask(request: ApprovalRequest, signal: AbortSignal): Promise<Approval> {
    signal.throwIfAborted();
    const release = hold();
    try {
      const word = (await question(textOf(request), signal)).trim().toLowerCase();
      if (['y', 'yes', 'o', 'once'].includes(word)) return { answer: 'allowed', by: 'you' };
      if (request.once) return { answer: 'denied', by: 'you', why: 'the person said no' };
      if (word === 's' || word === 'session') return { answer: 'allowed', by: 'you', for: 'session' };
      if (word === 'a' || word === 'always') return { answer: 'allowed', by: 'you', for: 'always' };
      return { answer: 'denied', by: 'you', why: 'the person said no' };
    } finally {
      release();
    }
  }

  async function agreed(sendings: readonly Sending[], signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const release = hold();
    try {
      return /^(y|yes)$/i.test((await question(consentText(sendings), signal)).trim());
    } finally {
      release();
    }
  }

  /** One after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const answer = asking.then(work);
    asking = answer.catch(() => undefined); // Whoever asked is told.
    return answer;
  }

  return {
    approve: (request, signal) => inTurn(() => ask(request, signal)),
    consent: (sendings, signal) => inTurn(() => agreed(sendings, signal)),
    beside(step) {
      hold = step;
    },
  };
}

/** Invariant: what an agent wrote stands on one line, whole, without anything that a terminal would obey. */
const textOf = ({ effect, what, why, once }: ApprovalRequest): string => {
  const [line, reason] = [exactly(what), exactly(why)];
  return once
    ? `Beyond your folder, and not to be taken back:  ${line}\n  asked because ${reason}\n  y do it now, once, in the agent’s copy and without your keys · n not now: massgen act does it as you, once you have applied the answer [n] `
    : `An agent wants to ${VERBS[effect]}:  ${line}\n  asked because ${reason}\n  y once · s for this session · a always in this folder · n no [n] `;
};

const consentText = (sendings: readonly Sending[]): string =>
  `What lies in this folder sends secrets of yours:\n${sendings.map((one) => `  ${exactly(sendingText(one))}${placeText(one)}\n`).join('')}  y it may, from now on (massgen config consent lists and withdraws it) · n no [n] `;

const placeText = ({ place }: Sending): string => (place === undefined ? '' : `  (${exactly(place.file)}:${place.line}:${place.column})`);

/** Undefined where nobody is there to answer, or a program reads along. */
export const askerFor = (options: Options): Asker | undefined => (canAsk() && !options.json ? openAsker(questionHere) : undefined);

/** On the terminal of this process. Ctrl-C is a signal there as anywhere else. */
export const questionHere: Question = async (text, signal) => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // On Windows a signal to oneself ends the process without a word to those who listen.
  lines.on('SIGINT', () => {
    if (!process.emit('SIGINT')) process.kill(process.pid, 'SIGINT');
  });
  try {
    return await questionOn(lines)(text, signal);
  } finally {
    lines.close();
  }
};

/** Where the terminal goes away nobody answers, which is a no. */
export const questionOn =
  (lines: Interface): Question =>
  async (text, signal) => {
    const asked = new AbortController();
    const gone = once(lines, 'close', { signal: asked.signal }).then(() => '');
    gone.catch(() => undefined); // It was answered before.
    try {
      return await Promise.race([lines.question(text, { signal }), gone]);
    } finally {
      asked.abort();
    }
  };
