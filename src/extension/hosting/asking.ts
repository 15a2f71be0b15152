/** What agents wait for the person to allow, in all sessions of the window. */
import type { Approval, ApprovalRequest } from '../../engine/host.js';
import type { RunId, SessionId } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import type { Permission } from '../../protocol/intents.js';
import type { Asking } from '../../protocol/wire.js';

export interface Desk {
  asking(): Asking[];
  /** Resolves with the person's answer; rejects once the run is over. */
  ask(asked: { session: SessionId; label: string }, request: ApprovalRequest, signal: AbortSignal): Promise<Approval>;
  /** Throws `not-found` where it is not asked any more. */
  permit(answer: { session: SessionId; run: RunId; call: string; permission: Permission }): void;
}

export function openDesk(changed: () => void): Desk {
  const waiting = new Map<string, { asking: Asking; answer(approval: Approval): void }>();
  const keyOf = ({ session, run, call }: { session: SessionId; run: RunId; call: string }): string => `${session}/${run}/${call}`;
  return {
    asking: () => [...waiting.values()].map((one) => one.asking),
    ask({ session, label }, { run, call, what, why, effect, once }, signal) {
      const asking: Asking = { session, run, call, agent: label, what, why, effect, ...(once && { once }) };
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          signal.removeEventListener('abort', gone);
          waiting.delete(keyOf(asking));
          changed();
        };
        const gone = (): void => {
          settle();
          reject(signal.reason);
        };
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener('abort', gone);
        const answer = (approval: Approval): void => {
          settle();
          resolve(approval);
        };
        waiting.set(keyOf(asking), { asking, answer });
        changed();
      });
    },
    permit(answer) {
      const one = waiting.get(keyOf(answer));
      if (one === undefined) throw fail('not-found', 'This is not asked any more.');
      one.answer(approvalOf(answer.permission));
    },
  };
}

function approvalOf(permission: Permission): Approval {
  if (permission === 'deny') return { answer: 'denied', by: 'you', why: 'the person said no' };
  return { answer: 'allowed', by: 'you', ...(permission !== 'once' && { for: permission }) };
}
