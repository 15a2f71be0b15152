/** Recordings: a session's facts as in its log, and between them what each model call was asked and what it streamed. */
import type { FactEvent, RunId, TurnId } from '../../protocol/events.js';
import { type Failure, fail } from '../../protocol/failure.js';
import { isRecord } from './errors.js';
import { beginningOf, type Milestone, milestoneOf } from './milestones.js';
import type { Message, ModelRequest, StreamPart, ToolOffer } from './provider.js';

/** The first line. */
export const HEAD = { type: 'recording', version: 1 } as const;

/** What differs from the call before it of the same agent and purpose: a conversation is written once, however often it is sent. */
export interface Asked {
  system?: string;
  tools?: ToolOffer[];
  /** So many messages are as they were. */
  kept: number;
  messages: Message[];
}

export interface Began extends Place {
  type: 'call.began';
  /** Numbers the calls of a recording. */
  id: number;
  asked: Asked;
  at: number;
}

export interface Ended {
  type: 'call.ended';
  id: number;
  /** Each with the milliseconds since the call began. */
  parts: [number, StreamPart][];
  failure?: Failure;
  /** Whoever asked did not want it any more. */
  stopped?: true;
  at: number;
}

export type Place = ModelRequest['position'];

export const placeOf = ({ agent, purpose, call }: Place): string => `call ${call + 1} of ${agent}'s ${purpose}`;

export interface RecordedCall extends Pick<ModelRequest, 'system' | 'messages' | 'tools' | 'position'>, Pick<Ended, 'parts' | 'failure'> {
  stopped: boolean;
  /** What the others had done when this reply came to have its effect: a player waits for that. */
  after: string[];
}

export interface Recording {
  facts: FactEvent[];
  /** The milestones in their order, and among them where calls began, each with its turn. */
  order: { name: string; callOf?: TurnId }[];
  /** Of each place, its tries in their order. */
  calls: ReadonlyMap<string, RecordedCall[]>;
}

export const isRecording = (text: string): boolean => text.startsWith('{"type":"recording"');

/** Throws `config` where it cannot be read as a recording. */
export function parseRecording(text: string, file: string): Recording {
  const facts: FactEvent[] = [];
  const order: (Milestone | Open)[] = [];
  const milestones: Milestone[] = [];
  const calls: Open[] = [];
  const runs = new Map<string, RunId>();
  for (const [at, line] of linesOf(text, file).entries()) {
    if (at === 0) {
      if (line.version !== HEAD.version) throw broken(file, 1, 'a newer MassGen wrote it');
    } else if (line.type === 'call.began') {
      const call = opened(line as unknown as Began, calls, runs, currentTurnIn(facts));
      calls.push(call);
      order.push(call);
    } else if (line.type === 'call.ended') {
      const call = calls.find(({ id }) => id === line.id);
      if (call === undefined) throw broken(file, at + 1, 'it ends a call that never began');
      Object.assign(call, { end: line as unknown as Ended, until: milestones.length });
    } else {
      const fact = line as unknown as FactEvent;
      facts.push(fact);
      if (fact.type === 'run.started') runs.set(fact.agent, fact.run);
      const milestone = milestoneOf(fact);
      if (milestone !== undefined) {
        effect(calls, milestone.run, milestones.length);
        milestones.push(milestone);
        order.push(milestone);
      }
      // What had not ended when the session was left is asked again.
      if (fact.type === 'session.resumed')
        for (const call of calls) call.cut ||= call.open && (call.end === undefined || call.end.stopped === true);
      if (fact.type === 'run.ended') for (const call of calls) if (call.run === fact.run) call.open = false;
    }
    if (line.type === 'call.began') effect(calls.slice(0, -1), calls.at(-1)?.run, milestones.length);
  }
  const byPlace = new Map<string, RecordedCall[]>();
  const names = new Map<Milestone | Open, string>();
  for (const call of calls) {
    if (call.cut || call.end === undefined) continue;
    const { position, system, messages, tools, run, end, until } = call;
    const after = milestones.slice(0, until).flatMap((one) => (one.run === run ? [] : [one.name]));
    const recorded = { position, system, messages, tools, parts: end.parts, stopped: end.stopped === true, after };
    const place = placeOf(position);
    names.set(call, beginningOf(place, byPlace.get(place)?.length ?? 0));
    byPlace.set(place, [...(byPlace.get(place) ?? []), end.failure === undefined ? recorded : { ...recorded, failure: end.failure }]);
  }
  const named = order.flatMap((one): Recording['order'] => {
    if ('name' in one) return [{ name: one.name }];
    const name = names.get(one);
    return name === undefined || one.turn === undefined ? [] : [{ name, callOf: one.turn }];
  });
  return { facts, order: named, calls: byPlace };
}

interface Open extends Pick<ModelRequest, 'system' | 'messages' | 'tools' | 'position'> {
  id: number;
  run: RunId | undefined;
  turn: TurnId | undefined;
  end?: Ended;
  /** So many milestones stand before what comes of it. */
  until: number;
  /** Something came of it already. */
  effected: boolean;
  /** Its run has not ended. */
  open: boolean;
  cut: boolean;
}

const currentTurnIn = (facts: readonly FactEvent[]): TurnId | undefined => {
  const started = facts.findLast((fact) => fact.type === 'turn.started');
  return started?.type === 'turn.started' ? started.turn : undefined;
};

function opened(
  { id, agent, purpose, call, asked }: Began,
  calls: readonly Open[],
  runs: ReadonlyMap<string, RunId>,
  turn: TurnId | undefined,
): Open {
  const before = calls.findLast(({ position }) => position.agent === agent && position.purpose === purpose);
  return {
    id,
    position: { agent, purpose, call },
    system: asked.system ?? before?.system ?? '',
    tools: asked.tools ?? before?.tools ?? [],
    messages: [...(before?.messages ?? []).slice(0, asked.kept), ...asked.messages],
    run: runs.get(agent),
    turn,
    until: 0,
    effected: false,
    open: true,
    cut: false,
  };
}

/** The first thing that comes of a reply is the next call or the next milestone of its run: all that stood before it did not need it. */
function effect(calls: readonly Open[], run: RunId | undefined, milestones: number): void {
  if (run === undefined) return;
  for (const call of calls) {
    if (call.run !== run || call.end === undefined || call.effected) continue;
    call.until = milestones;
    call.effected = true;
  }
}

function linesOf(text: string, file: string): Record<string, unknown>[] {
  const lines = text.split('\n');
  // A process that was killed leaves half a line.
  if (lines.pop() !== '' && lines.length === 0) throw broken(file, 1, 'it is not a line of JSON');
  return lines.map((line, at) => {
    try {
      const value: unknown = JSON.parse(line);
      if (isRecord(value) && typeof value.type === 'string') return value;
    } catch {
      // Said below, with its place.
    }
    throw broken(file, at + 1, 'it is not a line of a recording');
  });
}

const broken = (file: string, line: number, what: string) =>
  fail('config', `${file}:${line}: ${what}.`, { hint: 'massgen run --record writes recordings.' });
