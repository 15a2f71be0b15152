/** What a recorded turn is played with: its team, each agent with its recorded replies, and what the person and chance said then. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Part } from '../protocol/content.js';
import type { FactEvent, FactOf, Team } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { Host } from './host.js';
import { milestoneOf, untilStood } from './providers/milestones.js';
import { isRecording, parseRecording } from './providers/recording.js';

export type Pace = 'recorded' | 'at-once';

export interface Replay {
  request: Part[];
  team: Team;
  /** `host` where the recording says nothing: seeds, approvals, and the order of what happens side by side are those of then. */
  host(host: Host): Host;
}

/** `turns`: how many turns the session has already; the next one is played. Throws `config` where that is not in the recording. */
export function replayOf(file: string, pace: Pace, turns: number): Replay {
  const path = resolve(file);
  const text = readFileSync(path, 'utf8');
  if (!isRecording(text)) throw fail('config', `${path} is no recording.`, { hint: 'massgen run --record writes recordings.' });
  const { facts, order, calls } = parseRecording(text, path);
  const turn = facts.find(
    (fact): fact is FactOf<'turn.started'> & typeof fact => fact.type === 'turn.started' && fact.turn === `t${turns + 1}`,
  );
  if (turn === undefined) throw fail('config', `The recording ${path} has no turn ${turns + 1}.`);
  if (![...calls.values()].some(([first]) => first?.position.call === 0))
    throw fail('config', `The recording ${path} begins in the midst of a session, so it cannot be played.`, {
      hint: 'It can be read: its lines are the facts of the session and what its models were asked.',
    });
  const params = pace === 'recorded' ? { pace } : {};
  const agents = turn.agents.map((agent) => {
    const { model } = agent.backend;
    return { ...agent, backend: { type: 'scripted', model, key: { from: 'none' as const }, params, scenario: path } };
  });
  // Of turns before, everything has been.
  const names = order.flatMap(({ name, callOf }) => (callOf === undefined || callOf === turn.turn ? [name] : []));
  const answers = facts.flatMap((fact) => (fact.type === 'approval.answered' ? [fact] : []));
  return {
    request: turn.request,
    team: { agents, pattern: turn.pattern, limits: turn.limits, settings: turn.settings },
    host: (host) => ({
      ...host,
      seed: () => turn.seed,
      async approve(request, signal) {
        const then = answers.find(({ run, call }) => run === request.run && call === request.call);
        if (then === undefined) return host.approve(request, signal);
        // A yes for always was given to the folder of then.
        return { answer: then.answer, by: then.by, ...(then.why !== undefined && { why: then.why }) };
      },
      async inOrder(milestone, now, signal) {
        const at = names.indexOf(milestone);
        // Once an agent is out that was not then, what is waited for does not come any more: all goes on as it does.
        const lost = (fact: FactEvent) =>
          fact.type === 'agent.set-aside' && !names.includes(milestoneOf(fact)?.name ?? '') ? new Error('lost') : undefined;
        const stood = untilStood(names.slice(0, Math.max(0, at)), now, signal, { lost, stalled: () => new Error('stalled') });
        return stood.then(
          () => at !== -1,
          () => false,
        );
      },
    }),
  };
}
