/** Writes a recording of a session: its facts and its model calls, as lines of one file, without a secret. */
import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SessionId } from '../protocol/events.js';
import { isFact } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { StreamPart } from './providers/provider.js';
import type { Tape } from './providers/record.js';
import { HEAD, isRecording, parseRecording } from './providers/recording.js';
import type { Recorder } from './recorder.js';
import type { StreamRedactor } from './redact-stream.js';

/** `to`: a file, or a folder to make one in, named after the session. A recording of this very session is gone on with; anything else stays. */
export function openTape(to: string, session: SessionId, recorder: Recorder, now: () => number): Tape {
  const file = statSync(to, { throwIfNoEntry: false })?.isDirectory() ? join(to, `${session}.jsonl`) : resolve(to);
  const written = readIfThere(file);
  // Half a line that a crash has left is none.
  const before = written.slice(0, written.lastIndexOf('\n') + 1);
  const facts = before === '' ? [] : factsIn(before, file);
  const [started] = facts;
  if (written !== '' && (started?.type !== 'session.started' || started.id !== session))
    throw fail('usage', `${file} is there already, and no recording of this session.`, { hint: '--record writes a new file.' });
  // Calls are numbered on.
  let id = before.split('\n').length;
  let begun = false;
  const write = (line: object): void => {
    if (!begun && written !== before) truncateSync(file, Buffer.byteLength(before));
    const text = `${JSON.stringify(recorder.clean(line))}\n`;
    appendFileSync(file, begun || before !== '' ? text : `${JSON.stringify(HEAD)}\n${text}`, { mode: 0o600 });
    begun = true;
  };
  const seen = facts.at(-1)?.seq ?? 0;
  let caughtUp = false;
  /** What was there before the recording began stands before what is recorded. */
  const catchUp = (): void => {
    if (caughtUp) return;
    caughtUp = true;
    for (const fact of recorder.facts.after(seen)) write(fact);
  };
  recorder.subscribe((event) => {
    if (!isFact(event)) return;
    if (caughtUp) write(event);
    else catchUp();
  });
  return {
    now,
    last: new Map(),
    began(call) {
      catchUp();
      id += 1;
      write({ type: 'call.began', id, ...call, at: now() });
      return id;
    },
    ended({ parts, ...call }) {
      write({ type: 'call.ended', ...call, parts: redacted(parts, recorder), at: now() });
    },
  };
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fail('usage', `The recording ${file} cannot be written.`, { cause: error });
  }
}

const factsIn = (text: string, file: string) => (isRecording(text) ? parseRecording(text, file).facts : []);

/** A secret may be cut in two by the pieces in which it came. */
function redacted(parts: readonly [number, StreamPart][], recorder: Recorder): [number, StreamPart][] {
  const all: [number, StreamPart][] = [];
  const streams = new Map<string, { pieces: StreamRedactor; last: number }>();
  for (const [ms, part] of parts) {
    if (!('text' in part)) {
      all.push([ms, part]);
      continue;
    }
    const key = `${part.type}/${'call' in part ? part.call : ''}`;
    const pieces = streams.get(key)?.pieces ?? recorder.cleanPieces();
    streams.set(key, { pieces, last: all.push([ms, { ...part, text: pieces.push(part.text) }]) - 1 });
  }
  for (const { pieces, last } of streams.values()) {
    const [ms, part] = all[last] ?? [];
    if (ms !== undefined && part !== undefined && 'text' in part) all[last] = [ms, { ...part, text: part.text + pieces.flush() }];
  }
  return all;
}
